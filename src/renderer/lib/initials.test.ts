import { expect, test } from 'vitest';
import { initialsOf } from './initials.ts';
import { programName } from './program-name.ts';

test.each([
  ['Lucía Ferrer', 'LF'],
  ['  ana  maría   ruiz ', 'AR'],
  ['Íñigo', 'Í'],
  ['', ''],
])('initials of "%s" are "%s"', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

test('a program is named by its code until its product is known', () => {
  expect(programName('viga')).toBe('Viga');
  expect(programName('viga-mixta')).toBe('Viga mixta');
});
