import { expect, test } from 'vitest';
import { leaseView } from '../../../test/fakes/client/states.ts';
import { initialsOf, initialsOfName } from './initials.ts';
import { programName } from './program-name.ts';

test.each([
  ['Lucía Ferrer', 'LF'],
  ['  ana  maría   ruiz ', 'AR'],
  ['Íñigo', 'Í'],
  ['', ''],
])('initials of "%s" are "%s"', (name, initials) => {
  expect(initialsOfName(name)).toBe(initials);
});

test('of two names and two surnames the first ones count', () => {
  expect(initialsOf({ firstName: ' maría José', lastName: 'Íñiguez de la Torre' })).toBe('MÍ');
});

test('a program is named by its code until its product is known', () => {
  expect(programName('viga', { licenses: null })).toBe('Viga');
  expect(programName('viga-mixta', { licenses: [] })).toBe('Viga mixta');
  expect(programName('portico', { licenses: [leaseView] })).toBe('Pórtico');
  expect(programName('portico', { licenses: [{ ...leaseView, productName: 'portico' }] })).toBe('Portico');
});
