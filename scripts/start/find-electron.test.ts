import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ElectronNeeds, findElectron } from './find-electron.ts';

let notes: string;
beforeEach(async () => {
  notes = await mkdtemp(join(tmpdir(), 'aldaba-electron-'));
});
afterEach(() => rm(notes, { recursive: true }));

const on = (change: Partial<ElectronNeeds>): ElectronNeeds => ({
  environment: { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent' },
  platform: 'linux',
  user: 1000,
  notes,
  wanted: true,
  ...change,
});

test.each([
  ['the person asked for the page', { wanted: false }, 'asked'],
  ['there is no display', { environment: {} }, 'display'],
  ['the display is named by nothing', { environment: { DISPLAY: '' } }, 'display'],
  ['the person is root', { user: 0 }, 'root'],
  ['the folder that is named holds none', {}, 'unreachable'],
] as const)('no window when %s', async (_name, change, reason) => {
  expect(await findElectron(on(change))).toEqual({ reason });
  expect(await readdir(notes)).toEqual([]);
});

test('the binary of the folder that is named', async () => {
  await writeFile(join(notes, 'electron'), '');
  const environment = { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: notes };
  expect(await findElectron(on({ environment }))).toEqual({ path: join(notes, 'electron') });
});

test('an empty DISPLAY beside a Wayland display is no obstacle', async () => {
  await writeFile(join(notes, 'electron'), '');
  const environment = { DISPLAY: '', WAYLAND_DISPLAY: 'wayland-0', ELECTRON_OVERRIDE_DIST_PATH: notes };
  expect(await findElectron(on({ environment }))).toEqual({ path: join(notes, 'electron') });
});

test('a start that is given up gives the fetch up, and nothing is noted as failed', async () => {
  const found = await findElectron(on({ environment: { DISPLAY: ':0' }, signal: AbortSignal.abort() }));
  expect([undefined, 'unreachable']).toContain(found.reason);
  expect(await readdir(notes)).toEqual([]);
});

test('a fetch that failed today is not tried again', async () => {
  await writeFile(join(notes, 'electron-fetch-failed'), '1000');
  const began = performance.now();
  const found = await findElectron(on({ environment: { DISPLAY: ':0' }, now: () => 2000, limit: 60_000 }));
  // On a machine that has the binary it is found at once; elsewhere nothing is fetched.
  expect([undefined, 'unreachable']).toContain(found.reason);
  expect(performance.now() - began).toBeLessThan(5000);
});
