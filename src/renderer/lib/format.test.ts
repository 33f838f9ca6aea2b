import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFormat } from './format.ts';

const now = new Date(2026, 2, 2, 10, 30).getTime();
const at = (ms: number) => new Date(now + ms).toISOString();
const minute = 60_000;
const day = 1440 * minute;
const es = createFormat('es');

test('a moment is as exact as its distance asks for', () => {
  expect(es.moment(at(20 * minute), now)).toBe('10:50');
  expect(es.moment(at(day), now)).toBe('3 mar 2026, 10:30');
  expect(es.moment(at(28 * day), now)).toBe('30 de marzo de 2026');
});

test('an instant to plan by has its day of the week and its time', () => {
  expect(es.weekday(at(7 * day))).toBe('lunes, 9 de marzo, 10:30');
  expect(createFormat('es-PE').weekday(at(7 * day))).toBe('lunes, 9 de marzo, 10:30\u00a0a.\u00a0m.');
});

test.each([
  [-45_000, 'ahora'],
  [-2 * day, 'anteayer'],
  [90 * minute, 'dentro de 1 hora'],
  [28 * day, 'dentro de 28 días'],
  [400 * day, 'dentro de 13 meses'],
  [1200 * day, 'dentro de 3 años'],
])('%s ms from now is %s', (distance, words) => {
  expect(es.relative(at(distance), now)).toBe(words);
});

test.each([
  ['at night, the day after tomorrow', new Date(2026, 2, 5, 23), new Date(2026, 2, 7, 1), 'pasado mañana'],
  ['tomorrow in more than a day', new Date(2026, 2, 5, 1), new Date(2026, 2, 6, 23), 'mañana'],
  ['the day before yesterday at noon', new Date(2026, 2, 4, 10), new Date(2026, 2, 2, 12), 'anteayer'],
])('calendar words name the right day: %s', (_, from, to, words) => {
  expect(es.relative(to.toISOString(), from.getTime())).toBe(words);
});

test.each([
  [
    'a year from the day it was bought',
    new Date(2026, 2, 2, 10),
    new Date(2027, 2, 2, 9),
    'dentro de 12 meses',
  ],
  ['the day before that', new Date(2026, 2, 3, 10), new Date(2027, 2, 2, 9), 'dentro de 11 meses'],
  ['from the last of a long month', new Date(2026, 11, 31), new Date(2027, 1, 28), 'dentro de 59 días'],
  ['three years ago', new Date(2026, 2, 2, 10), new Date(2023, 2, 2, 12), 'hace 3 años'],
])('months and years end on the same day of the month: %s', (_, from, to, words) => {
  expect(es.relative(to.toISOString(), from.getTime())).toBe(words);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [261_400_000, '261 MB'],
  [8_240_000, '8,2 MB'],
  [1_500_000_000_000_000, '1500 TB'],
])('%d bytes', (bytes, words) => {
  expect(es.bytes(bytes).replaceAll('\u00a0', ' ')).toBe(words);
});

test('a wait is rounded up, so that nobody tries too early', () => {
  expect(es.duration(0.2)).toBe('1 s');
  expect(es.duration(61)).toBe('2 min');
  expect(es.duration(3601)).toBe('2 h');
});

test('a time never breaks before its «a. m.»', () => {
  expect(createFormat('es-PE').time(at(0))).not.toContain(' ');
});

test('every number of bytes and every instant has words in each language', () => {
  const instants = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) });
  fc.assert(
    fc.property(fc.constantFrom('es', 'en-US', 'pt-BR'), fc.nat(), instants, (locale, bytes, date) => {
      const format = createFormat(locale);
      expect(format.bytes(bytes)).toMatch(/\d/);
      expect(format.relative(date.toISOString(), now)).not.toBe('');
      expect(format.moment(date.toISOString(), now)).toMatch(/\d/);
    }),
  );
});
