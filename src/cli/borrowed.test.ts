import { expect, test } from 'vitest';
import { createTranslate } from '../core/shell/texts.ts';
import { borrowed } from './borrowed.ts';
import { moment } from './format.ts';
import { loadTexts } from './texts.ts';

const now = Date.UTC(2026, 2, 2, 8);
const minute = 60_000;
const day = 24 * 60 * minute;

test.each([
  ['as asked, a moment ago', now + 3 * day - minute, 3],
  ['an earlier loan that ends later', now + 10 * day - 20 * minute, 10],
  ['less than a day', now + 5 * 60 * minute, 0],
  ['by a clock that is ahead', now - minute, 0],
])('the days are those of the loan: %s', async (_, end, days) => {
  const until = new Date(end).toISOString();
  const t = createTranslate('es', await loadTexts('es'));
  const { json, text } = borrowed({ t, language: 'es' }, 'viga', until, now);
  expect(json).toEqual({ product: 'viga', until, days });
  expect(text).toContain(moment(until, 'es'));
});
