import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { needs } from '../../test/support/skip.ts';
import { holdsSockets, socketPaths } from './socket-path.ts';

async function runtimeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aldaba-run-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('sockets lie in the runtime folder, and trying leaves nothing there', async () => {
  const runtime = await runtimeFolder();
  expect(dirname((await socketPaths(runtime, 'broker')).own)).toBe(runtime);
  expect(await readdir(runtime)).toEqual([]);
});

test('where its file system has none they lie in a folder of this person alone, the same at each start', async () => {
  const runtime = await runtimeFolder();
  const elsewhere = async () => dirname((await socketPaths(runtime, 'broker', async () => false)).own);
  const folder = await elsewhere();
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  expect(dirname(folder)).toBe(tmpdir());
  expect(await elsewhere()).toBe(folder);
  if (process.platform !== 'win32') expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test('a file system tells whether it has sockets', async (context) => {
  needs(context, process.platform === 'linux', 'only Linux has /proc, which has none');
  expect(await holdsSockets('/proc')).toBe(false);
});
