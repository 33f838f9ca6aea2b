import { ORPCError } from '@orpc/client';
import { expect, test } from 'vitest';
import { LinkLost } from './link.ts';
import { toTrouble } from './problem.ts';

test('a refusal keeps its code and the numbers for its text', () => {
  const error = new ORPCError('no-seats-available', { data: { available: 0, needed: 1 } });
  expect(toTrouble(error)).toEqual({ code: 'no-seats-available', data: { available: 0, needed: 1 } });
});

test('a fault of the transport itself is a fault of ours', () => {
  expect(toTrouble(new ORPCError('INTERNAL_SERVER_ERROR'))).toEqual({ code: 'internal', data: undefined });
  expect(toTrouble(new ORPCError('NOT_FOUND', { data: 'x' }))).toEqual({ code: 'internal', data: undefined });
});

test('no answer at all is the way to the core', () => {
  expect(toTrouble(new LinkLost('gone'))).toEqual({ code: 'link-lost' });
  expect(toTrouble('anything else')).toEqual({ code: 'link-lost' });
});
