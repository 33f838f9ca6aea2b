import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRootKeys, rootKeys } from './root-keys.ts';

const key = 'A'.repeat(43);
const other = `${'b'.repeat(42)}8`;

test('the sources trust the keys that they are started with, and none without', () => {
  expect(rootKeys(`${key} ${other}`)).toEqual([key, other]);
  expect(rootKeys()).toEqual([]);
});

test.each(['short', `${key}A`, '{"x":"AAAA"}', `${key.slice(1)}=`])('%s is no key', (text) => {
  expect(parseRootKeys(text)).toEqual([]);
});

test('whatever the text, only keys come out', () => {
  fc.assert(
    fc.property(fc.string(), fc.boolean(), (text, withKey) => {
      const keys = parseRootKeys(withKey ? `${text},${key}` : text);
      for (const each of keys) expect(each).toMatch(/^[A-Za-z0-9_-]{43}$/);
      if (withKey) expect(keys).toContain(key);
    }),
  );
});
