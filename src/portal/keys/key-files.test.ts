import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { leaseClaims, licenseClaims } from '../../../test/support/documents.ts';
import { needs } from '../../../test/support/skip.ts';
import { verifyDocument, verifyRelease } from '../../domain/documents/index.ts';
import { documentCrypto as crypto } from '../documents/document-crypto.ts';
import { createKeys, createMemoryKeys, loadKeys } from './key-files.ts';
import type { PortalKeys } from './portal-keys.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 2, 2, 8);
const device = 'A'.repeat(43);
let base: string;
let folder: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'aldaba-keys-'));
  folder = join(base, 'keys');
});
afterEach(() => rm(base, { recursive: true }));

function lease(now: number, days = 0.01): ReturnType<typeof leaseClaims> {
  const iat = Math.floor(now / 1000);
  return leaseClaims(device, { iat, nbf: iat, exp: iat + days * 86_400 });
}

function accepted(keys: PortalKeys, now: number, rootKey = keys.rootKey): string {
  const jws = keys.signing.sign('lease', lease(now), now);
  const result = verifyDocument(jws, { kinds: ['lease'], now, crypto, rootKeys: [rootKey] });
  return result.ok ? result.signedBy : result.code;
}

test('makes keys once, and the same ones are read afterwards', async () => {
  const made = await createKeys(folder, start);
  const read = await loadKeys(folder);
  expect(await createKeys(folder, start)).toMatchObject({ rootKey: made.rootKey, secret: made.secret });
  expect(read).toMatchObject({ rootKey: made.rootKey, secret: made.secret });
  expect(accepted(read, start, made.rootKey)).toBe(made.signing.trust(start).keys[0]?.kid);
  expect(await readdir(base)).toEqual(['keys']);
});

test('nobody else may read the private ones', async (context) => {
  needs(context, process.platform !== 'win32', 'Windows has no mode bits');
  await createKeys(folder, start);
  const modes = await Promise.all(
    (await readdir(folder)).map(
      async (name) => [name, (await stat(join(folder, name))).mode & 0o777] as const,
    ),
  );
  const open = modes.filter(([, mode]) => mode !== 0o600).map(([name]) => name);
  expect(open.sort()).toEqual(['root.pub.pem', expect.stringMatching(/^signing-.*\.chain$/)]);
  expect((await stat(folder)).mode & 0o077).toBe(0);
});

test('two portals that start at once agree on one root', async () => {
  await mkdir(folder);
  const all = await Promise.all(Array.from({ length: 4 }, () => createKeys(folder, start)));
  expect(new Set(all.map((keys) => keys.rootKey)).size).toBe(1);
  expect(await readdir(base)).toEqual(['keys']);
});

test('a new key signs from its first day, and the older one stays known until its end', async () => {
  const first = await createKeys(folder, start);
  const old = first.signing.trust(start).keys[0]?.kid;
  const later = start + 366 * day;
  const both = await createKeys(folder, later);
  expect(both.signing.trust(later).keys.map((key) => key.kid)).toEqual([expect.any(String), old]);
  expect(accepted(both, later)).not.toBe(old);
  expect(accepted(both, start)).toBe(old);
  expect(both.signing.trust(start + 401 * day).keys).toHaveLength(1);
  expect((await readdir(folder)).filter((name) => name.startsWith('signing-'))).toHaveLength(4);
});

test('a right that outlives the key is not signed, a license is', async () => {
  const { signing, rootKey } = await createMemoryKeys(start);
  const late = start + 390 * day;
  expect(() => signing.sign('lease', lease(late, 30), late)).toThrow('no signing key');
  expect(() => signing.sign('lease', lease(start - day), start - day)).toThrow('no signing key');
  const iat = late / 1000;
  const license = signing.sign('license', licenseClaims(device, { iat, nbf: iat, exp: iat + 9e7 }), late);
  const result = verifyDocument(license, {
    kinds: ['license'],
    now: late + 400 * day,
    crypto,
    rootKeys: [rootKey],
  });
  expect(result).toMatchObject({ ok: true });
});

test('signs releases', async () => {
  const { signing, rootKey } = await createMemoryKeys(start);
  const file = { sha256: 'ab'.repeat(32), size: 5, fileName: 'viga.exe' };
  const release = { ...file, ...signing.signRelease(file, start) };
  expect(verifyRelease(release, { crypto, rootKeys: [rootKey] })).toBe(true);
});

test('keys that nobody would believe are refused at the start', async () => {
  await createKeys(folder, start);
  const other = join(base, 'other');
  await createKeys(other, start);
  const [chain = ''] = (await readdir(folder)).filter((name) => name.endsWith('.chain'));
  const foreign = (await readdir(other)).filter((name) => name.endsWith('.chain'));
  await writeFile(join(folder, chain), await readFile(join(other, foreign[0] ?? '')));
  await expect(loadKeys(folder)).rejects.toThrow('does not lead to the root');
  await writeFile(join(folder, 'secret'), 'c2hvcnQ');
  await expect(loadKeys(folder)).rejects.toThrow('32 bytes');
});
