/**
 * License keys and cloud keys as people read, dictate and type them: `ALD-7K2MQ-…`, five groups of five in the alphabet of
 * Crockford's Base32, which leaves out I, L, O and U. 22 characters are random (110 bits), 3 are the checksum.
 */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const prefix = 'ALD';
const randomCharacters = 22;
const checkCharacters = 3;
const groupLength = 5;
const length = randomCharacters + checkCharacters;

/** Bytes that {@link formatLicenseKey} takes: one per random character. */
export const licenseKeyRandomBytes = randomCharacters;

/** The largest prime below 32^3, so that the checksum fills its three characters. */
const modulus = 32_749;
/** Its first 22 powers are distinct, so that every changed character and every swap of two characters changes the sum. */
const base = 33;

const decoded: ReadonlyMap<string, number> = new Map([
  ...Array.from(alphabet, (character, value) => [character, value] as const),
  // Read aloud or copied from paper, these are mistaken for digits (Crockford's decoding table).
  ['O', 0],
  ['I', 1],
  ['L', 1],
]);

/**
 * Makes a key from {@link licenseKeyRandomBytes} random bytes; five bits of each are used.
 * @throws RangeError for another number of bytes
 */
export function formatLicenseKey(random: Uint8Array): string {
  if (random.length !== randomCharacters) throw new RangeError(`${randomCharacters} bytes make a key`);
  const values = Array.from(random, (byte) => byte % 32);
  return write([...values, ...checksum(values)]);
}

/**
 * Reads a key however it was typed: lower case, any spaces and dashes or none, with or without `ALD`, O for 0, I or L for 1.
 * @returns the key in its one written form, or undefined for a text that is none or has a slip in it
 */
export function parseLicenseKey(text: string): string | undefined {
  if (text.length > 100) return undefined;
  const plain = text.toUpperCase().replace(/[\s\p{Pd}_.\u200B\uFEFF]+/gu, '');
  const body =
    plain.length === prefix.length + length && plain.startsWith(prefix) ? plain.slice(prefix.length) : plain;
  if (body.length !== length) return undefined;
  const values: number[] = [];
  for (const character of body) {
    const value = decoded.get(character);
    if (value === undefined) return undefined;
    values.push(value);
  }
  const expected = checksum(values.slice(0, randomCharacters));
  const actual = values.slice(randomCharacters);
  return expected.every((value, index) => value === actual[index]) ? write(values) : undefined;
}

/** What may be shown of a key to recognize it: `ALD-7K2MQ`. Leaves 85 unknown bits. */
export function licenseKeyPrefix(key: string): string {
  return key.slice(0, prefix.length + 1 + groupLength);
}

function checksum(values: readonly number[]): number[] {
  const sum = values.reduce((total, value) => (total * base + value + 1) % modulus, 0);
  return [Math.floor(sum / 1024), Math.floor(sum / 32) % 32, sum % 32];
}

function write(values: readonly number[]): string {
  const text = values.map((value) => alphabet.charAt(value)).join('');
  const groups = text.match(new RegExp(`.{${groupLength}}`, 'g')) ?? [];
  return [prefix, ...groups].join('-');
}
