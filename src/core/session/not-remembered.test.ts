import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CoreRig, createCoreRig } from '../../../test/fakes/core-rig.ts';
import { needs } from '../../../test/support/skip.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

test('who is signed in and cannot be remembered is signed in, and told', async (context) => {
  const user = process.geteuid?.();
  needs(context, user !== undefined, 'Windows has no file modes');
  const { root, data } = rig.paths;
  const running = await rig.start();
  await mkdir(data, { recursive: true });
  await writeFile(join(data, 'device.json'), JSON.stringify({ salt: 'A'.repeat(22) }));
  // Root writes everywhere.
  const other = user === 0 ? 65534 : (user ?? 0);
  for (const name of ['', ...(await readdir(root, { recursive: true }))])
    await chown(join(root, name), other, other);
  await chmod(data, 0o500);
  if (user === 0) process.seteuid?.(other);
  await rig.signIn(running).finally(() => process.seteuid?.(user ?? 0));
  expect(running.core.session.hasIdentity()).toBe(true);
  expect(running.core.state.get().notices).toMatchObject([
    { id: 'identity-disk', code: 'folder-not-writable', data: { file: data } },
  ]);
  await chmod(data, 0o700);
  await running.client.session.signOut();
  expect(running.core.state.get().notices).toEqual([]);
});

test('a folder in the place of what the profile remembers hinders nobody', async () => {
  for (const name of ['identity.json', 'device.json', 'setup.json', 'clock-mark.json'])
    await mkdir(join(rig.paths.data, name, 'inside'), { recursive: true });
  const running = await rig.start();
  await rig.signIn(running);
  expect(running.core.session.hasIdentity()).toBe(true);
  expect((await rig.start()).core.session.profile).not.toBeNull();
});
