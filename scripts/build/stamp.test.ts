import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isStale, sourceHash, type Target, targets, writeStamp } from './stamp.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'aldaba-stamp-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(file: string, content = file): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), content);
}

/** The targets that have to be built again once this has happened. */
async function staleAfter(happening: () => Promise<void>): Promise<Target[]> {
  for (const target of targets) {
    await mkdir(join(root, 'out', target), { recursive: true });
    await writeStamp(join(root, 'out', target), await sourceHash(target, root));
  }
  await happening();
  const stale = await Promise.all(targets.map((target) => isStale(target, root)));
  return targets.filter((_, index) => stale[index]);
}

test('nothing built is stale; a stamp makes it fresh', async () => {
  expect(await isStale('main', root)).toBe(true);
  expect(await staleAfter(async () => undefined)).toEqual([]);
});

test.each([
  ['src/contract/a.ts', ['main', 'preload', 'renderer', 'cli', 'host']],
  ['src/domain/deep/a.ts', ['main', 'renderer', 'cli', 'host']],
  ['src/core/a.ts', ['main', 'cli', 'host']],
  ['src/cli/a.ts', ['cli']],
  ['src/host/a.ts', ['host']],
  ['src/renderer/theme/a.css', ['renderer']],
  ['src/portal/a.ts', []],
  ['resources/locales/es/window.json', ['main', 'preload', 'renderer', 'cli', 'host']],
  ['package-lock.json', ['main', 'preload', 'renderer', 'cli', 'host']],
  ['src/core/a.test.ts', []],
  ['README.md', []],
])('a new, a changed, a renamed and a removed %s make %j stale', async (file, expected) => {
  expect(await staleAfter(() => write(file))).toEqual(expected);
  expect(await staleAfter(() => write(file, 'other'))).toEqual(expected);
  const renamed = file.replace(/([^/]+)$/, 'b-$1');
  if (expected.length > 0 && file.includes('/')) {
    expect(
      await staleAfter(async () => {
        await rm(join(root, file));
        await write(renamed, 'other');
      }),
    ).toEqual(expected);
  }
  expect(await staleAfter(() => rm(join(root, 'out'), { recursive: true }))).toEqual([...targets]);
});
