import { expect, test } from 'vitest';
import { leaseView } from '../../../test/fakes/client/states.ts';
import { initialsOf } from './initials.ts';
import { programName } from './program-name.ts';

test.each([
  ['Lucía Ferrer', 'LF'],
  ['  maría   garcía ruiz ', 'MG'],
  ['María José García Ruiz', 'MG'],
  ['María Íñiguez de la Torre', 'MÍ'],
  ['Juan de la Torre', 'JT'],
  ['Íñigo', 'Í'],
  ['', ''],
])('initials of "%s" are "%s"', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

test('a program is named by its code until its product is known', () => {
  expect(programName('viga', { licenses: null })).toBe('Viga');
  expect(programName('viga-mixta', { licenses: [] })).toBe('Viga mixta');
  expect(programName('portico', { licenses: [leaseView] })).toBe('Pórtico');
  expect(programName('portico', { licenses: [{ ...leaseView, productName: 'portico' }] })).toBe('Portico');
});
