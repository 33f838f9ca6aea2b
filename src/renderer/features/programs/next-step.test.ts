import { expect, test } from 'vitest';
import { nextStepOf } from './next-step.ts';

test('A16: a file without a valid signature is never offered again', () => {
  expect(nextStepOf('download-signature')).toBe('discard');
});

test('damaged or replaced bytes begin anew; a full disk and a lost connection go on', () => {
  expect(nextStepOf('download-checksum')).toBe('again');
  expect(nextStepOf('download-changed')).toBe('again');
  expect(nextStepOf('disk-full')).toBe('resume');
  expect(nextStepOf('network-timeout')).toBe('resume');
  expect(nextStepOf(undefined)).toBe('resume');
});
