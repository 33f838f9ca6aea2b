import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SettingsError } from '../program-settings.ts';
import { loadKeys } from './key-files.ts';
import { prepareKeys } from './prepare-keys.ts';
import { openProductionKeys } from './production-keys.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 2, 2, 8);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-prepared-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('makes what a portal needs, and the root apart', async () => {
  const { portalFolder, rootFile, rootKey } = await prepareKeys(folder, start);
  const files = await readdir(portalFolder);
  expect([rootFile, files]).toEqual([join(folder, 'root.pem'), expect.not.arrayContaining(['root.pem'])]);
  expect(await openProductionKeys(portalFolder)).toMatchObject({ rootKey });
});

test('again: the signing key of the next year under the same root, with the same secret', async () => {
  const { portalFolder, rootKey } = await prepareKeys(folder, start);
  const before = await loadKeys(portalFolder);
  await prepareKeys(folder, start + 340 * day);
  const after = await loadKeys(portalFolder);
  expect(after).toMatchObject({ rootKey, secret: before.secret });
  expect(after.signing.endsAt).toBe(before.signing.endsAt + 340 * day);
  expect(after.signing.trust(start + 340 * day).keys).toHaveLength(2);
});

test('keys whose root is elsewhere get no next one from here', async () => {
  const { rootFile, portalFolder } = await prepareKeys(folder, start);
  const before = await readdir(portalFolder);
  await rm(rootFile);
  await expect(prepareKeys(folder, start + 340 * day)).rejects.toThrow('root.pem is missing');
  expect([await readdir(folder), await readdir(portalFolder)]).toEqual([['portal'], before]);
});

test('a portal is told what its folder lacks', async () => {
  const { portalFolder } = await prepareKeys(folder, start);
  await rm(join(portalFolder, 'secret'));
  const refusals = [undefined, join(folder, 'nowhere'), folder, portalFolder].map((given) =>
    openProductionKeys(given).catch((error: unknown) => error),
  );
  for (const error of await Promise.all(refusals)) {
    expect(error).toBeInstanceOf(SettingsError);
    expect(String(error)).toMatch(/KEYS_DIR.*aldaba portal keys --out/);
  }
});
