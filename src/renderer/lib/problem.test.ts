import { ORPCError } from '@orpc/client';
import { expect, test } from 'vitest';
import { LinkLost } from './link.ts';
import { refusedField, toTrouble } from './problem.ts';

test('a refusal keeps its code and the numbers for its text', () => {
  const error = new ORPCError('no-seats-available', { data: { available: 0, needed: 1 } });
  const trouble = toTrouble(error);
  expect(trouble).toMatchObject({ code: 'no-seats-available', data: { available: 0, needed: 1 } });
  expect(new Date(trouble.at ?? '').getTime()).not.toBeNaN();
});

test('a fault of the transport itself is a fault of ours', () => {
  expect(toTrouble(new ORPCError('INTERNAL_SERVER_ERROR'))).toMatchObject({
    code: 'internal',
    data: undefined,
  });
  expect(toTrouble(new ORPCError('NOT_FOUND', { data: 'x' }))).toMatchObject({
    code: 'internal',
    data: undefined,
  });
});

test('no answer at all is the way to the core', () => {
  expect(toTrouble(new LinkLost('gone'))).toEqual({ code: 'link-lost' });
  expect(toTrouble('anything else')).toEqual({ code: 'link-lost' });
});

test('the field that was refused is known by its name in the call', () => {
  expect(refusedField({ code: 'invalid-input', data: { field: 'email' } })).toBe('email');
  expect(refusedField({ code: 'invalid-input' })).toBeNull();
  expect(refusedField({ code: 'contact-exists', data: { field: 'email' } })).toBeNull();
  expect(refusedField(null)).toBeNull();
});
