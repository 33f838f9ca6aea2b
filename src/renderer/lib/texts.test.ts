import { expect, test } from 'vitest';
import { createTexts } from './texts.ts';

test('what ends with a period of its own ends its sentence', async () => {
  const { t } = await createTexts('es');
  expect(t('people.about', { count: 2, total: '2', company: 'Andes S. A.' })).toBe(
    '2 personas en Andes S. A.',
  );
  expect(t('people.about', { count: 2, total: '2', company: 'Andes' })).toBe('2 personas en Andes.');
  expect(t('people.about', { count: 2, total: '2', company: 'Andes...' })).toBe('2 personas en Andes....');
});
