import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { languages } from './languages.ts';
import { createTexts } from './texts.ts';

test('what ends with a period of its own ends its sentence', async () => {
  const { t } = await createTexts('es');
  expect(t('people.about', { count: 2, total: '2', company: 'Andes S. A.' })).toBe(
    '2 personas en Andes S. A.',
  );
  expect(t('people.about', { count: 2, total: '2', company: 'Andes' })).toBe('2 personas en Andes.');
  expect(t('people.about', { count: 2, total: '2', company: 'Andes...' })).toBe('2 personas en Andes....');
});

test.each(languages)(
  '%s: what the window says names no command, which its installers do not bring',
  (language) => {
    const read = (name: string) =>
      readFileSync(new URL(`../../../resources/locales/${language}/${name}.json`, import.meta.url), 'utf8');
    const errors: Record<string, unknown> = JSON.parse(read('errors'));
    const commands = /[«“"]aldaba [a-z]/;
    expect(read('window')).not.toMatch(commands);
    // Said where there is no window.
    expect(Object.keys(errors).filter((code) => commands.test(JSON.stringify(errors[code])))).toEqual([
      'sign-in-unavailable',
    ]);
  },
);
