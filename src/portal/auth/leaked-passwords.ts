import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * Bytes kept of the SHA-256 of each {@link leakKey}. With 5, one key in eighty million that leaked nowhere is taken for one of
 * thirteen thousand that did.
 */
export const leakBytes = 5;

/** The number by which a key is found; a list is these, rising, of `leakBytes` each. */
export function leakNumber(key: string): number {
  return createHash('sha256').update(key).digest().readUIntBE(0, leakBytes);
}

let loaded: Buffer | undefined;

/** Read at the first password, not at the portal's start. Made by scripts/make-leaked-passwords.ts. */
function list(): Buffer {
  loaded ??= readFileSync(new URL('../../../resources/passwords/leaked.bin', import.meta.url));
  return loaded;
}

/** Whether a password is known from leaks. @param key its `leakKey` */
export function isLeakedPassword(key: string): boolean {
  const wanted = leakNumber(key);
  const numbers = list();
  let [low, high] = [0, numbers.length / leakBytes];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers.readUIntBE(middle * leakBytes, leakBytes) < wanted) low = middle + 1;
    else high = middle;
  }
  return low * leakBytes < numbers.length && numbers.readUIntBE(low * leakBytes, leakBytes) === wanted;
}
