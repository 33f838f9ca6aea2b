import { expect, test } from 'vitest';
import { administratorProfile, engineerProfile, signedInState } from '../../../test/fakes/client/states.ts';
import { visiblePages } from './pages.ts';
import { pageOf } from './use-page.ts';

test('A9: an administrator has every page', () => {
  expect(visiblePages({ ...signedInState, profile: administratorProfile })).toEqual([
    'license',
    'programs',
    'people',
    'settings',
  ]);
});

test('A16: an engineer has no People: hidden, not disabled', () => {
  expect(visiblePages({ ...signedInState, profile: engineerProfile })).toEqual([
    'license',
    'programs',
    'settings',
  ]);
});

test('B11: who only receives notifications has neither people nor programs', () => {
  const profile = { ...engineerProfile, permissions: ['notification:receive' as const] };
  expect(visiblePages({ ...signedInState, profile })).toEqual(['license', 'settings']);
});

test('a cloud key downloads programs with nobody signed in; a standalone device has no portal to ask', () => {
  const settings = signedInState.settings;
  expect(
    visiblePages({ ...signedInState, profile: null, settings: { ...settings, mode: 'cloud-key' } }),
  ).toContain('programs');
  expect(
    visiblePages({ ...signedInState, profile: null, settings: { ...settings, mode: 'standalone' } }),
  ).toEqual(['license', 'settings']);
});

test('an address names a page or nothing', () => {
  expect(pageOf('#/people')).toBe('people');
  for (const hash of ['', '#', '#/', '#/people/1', '#content', '#/constructor'])
    expect(pageOf(hash)).toBeNull();
});
