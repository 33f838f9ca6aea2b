/**
 * Makes resources/passwords/leaked.bin, by which the portal knows leaked passwords, out of lists with one password a line, gzipped or not.
 * Which lists, and where they come from: docs/adr/0014-leaked-passwords.md.
 *
 *   node scripts/make-leaked-passwords.ts LIST...
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { leakKey, normalizePassword, passwordLength } from '../src/domain/password-policy.ts';
import { leakBytes, leakNumber } from '../src/portal/auth/leaked-passwords.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const numbers = new Set<number>();
for (const file of positionals) {
  const bytes = await readFile(file);
  const lines = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split(/\r?\n/u);
  const before = numbers.size;
  for (const line of lines) if (mayBeSet(line)) numbers.add(leakNumber(leakKey(line)));
  console.log(`${file}: ${lines.length} lines, ${numbers.size - before} new passwords`);
}

const list = Buffer.alloc(numbers.size * leakBytes);
for (const [index, number] of [...numbers].sort((a, b) => a - b).entries())
  list.writeUIntBE(number, index * leakBytes, leakBytes);
await writeFile(new URL('../resources/passwords/leaked.bin', import.meta.url), list);
console.log(`${numbers.size} passwords, ${list.length} bytes`);

/** Shorter and longer ones are refused as they are; what is no UTF-8 nobody can tell. */
function mayBeSet(password: string): boolean {
  const length = [...normalizePassword(password)].length;
  return (
    [...leakKey(password)].length >= passwordLength.minimum &&
    length <= passwordLength.maximum &&
    !password.includes('\u{fffd}')
  );
}
