import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { expectMode } from '../../test/support/expect-mode.ts';
import { writeFileDurably } from './write-file-durably.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-durably-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a file is replaced whole and belongs to the person alone', async () => {
  const path = join(folder, 'a.json');
  await writeFileDurably(path, 'before');
  await writeFileDurably(path, 'after');
  expect(await readdir(folder)).toEqual(['a.json']);
  expect(await readFile(path, 'utf8')).toBe('after');
  await expectMode(path, 0o600);
});

test('a folder in its place is kept aside with what is in it', async () => {
  const path = join(folder, 'a.json');
  await mkdir(join(path, 'inside'), { recursive: true });
  await writeFileDurably(path, 'after');
  expect(await readFile(path, 'utf8')).toBe('after');
  const names = await readdir(folder);
  const aside = names.find((name) => name !== 'a.json') ?? '';
  expect(aside).toMatch(/^a\.corrupt-.+\.json$/);
  expect(await readdir(join(folder, aside))).toEqual(['inside']);
});
