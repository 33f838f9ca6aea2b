import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareStructure } from './share-structure.ts';

test('what did not change keeps its identity, and what changed does not take its neighbors along', () => {
  const before = { a: { x: 1 }, list: [{ id: 1 }, { id: 2 }] };
  const after = shareStructure(before, { a: { x: 1 }, list: [{ id: 1 }, { id: 3 }] });
  expect(after.a).toBe(before.a);
  expect(after.list[0]).toBe(before.list[0]);
  expect(after.list[1]).toEqual({ id: 3 });
  expect(after).not.toBe(before);
});

test('a part that went or came is a change', () => {
  const before = { a: 1, b: 2 } as { a: number; b?: number };
  expect(shareStructure(before, { a: 1 })).toEqual({ a: 1 });
  expect(shareStructure({ a: 1 }, before)).toEqual({ a: 1, b: 2 });
  expect(shareStructure([1, 2], [1])).toEqual([1]);
  expect(shareStructure({ 0: 'a' }, ['a'])).toEqual(['a']);
});

test('for any two snapshots: equal to the next one, and the very same object exactly when nothing changed', () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  fc.assert(
    fc.property(json, json, (previous, next) => {
      expect(shareStructure(previous, next)).toEqual(next);
      expect(shareStructure(previous, structuredClone(previous))).toBe(previous);
    }),
  );
});
