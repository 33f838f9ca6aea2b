import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, testEmail } from '../../../test/fakes/core-rig.ts';
import { testCloudKey } from '../../../test/fakes/portal-router.ts';
import { createMemorySecrets } from '../../../test/fakes/secrets.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

const remembered = async () => JSON.parse(await readFile(join(rig.paths.data, 'identity.json'), 'utf8'));
/** As a command from afar meets the profile: the keychain is out of its reach. */
const afar = () => rig.start({ secrets: createMemorySecrets({ backend: 'memory' }) });

test('whoever signs in from afar is somebody for that process alone: the desktop hears nothing of it', async () => {
  const desktop = await rig.start();
  await rig.signIn(desktop);
  const before = await remembered();
  const events: string[] = [];
  desktop.core.session.onIdentity((event) => events.push(event));
  const agent = await afar();
  expect(agent.core.state.get().setup).toMatchObject({ step: 'sign-in', email: testEmail });
  await rig.signIn(agent);
  expect(agent.core.session.hasIdentity()).toBe(true);
  expect(await remembered()).toEqual(before);
  await agent.core.stop();
  expect(await remembered()).toEqual(before);
  expect(events).toEqual([]);
  expect(desktop.core.session.hasIdentity()).toBe(true);
  expect((await rig.start()).core.session.hasIdentity()).toBe(true);
});

test('nor is its way in the profile’s', async () => {
  const desktop = await rig.start();
  await rig.signIn(desktop);
  const { client, core } = await afar();
  await client.setup.chooseMode({ mode: 'cloud-key' });
  await client.setup.enterKey({ key: testCloudKey });
  expect(core.state.get()).toMatchObject({ setup: { step: 'done' }, settings: { mode: 'cloud-key' } });
  expect(rig.stored.value).toMatchObject({ mode: 'cloud-signin' });
  await client.settings.update({ theme: 'dark' });
  expect(rig.stored.value).toMatchObject({ mode: 'cloud-signin', theme: 'dark' });
  expect(desktop.core.session.mode).toBe('cloud-signin');
});

test('a desktop that signs in while it runs is not followed, and not signed out by its end', async () => {
  const agent = await afar();
  await rig.signIn(agent);
  const desktop = await rig.start();
  await rig.signIn(desktop);
  await expect.poll(async () => (await remembered()).keptIn).toBe('lasting');
  const before = await remembered();
  await expect.poll(() => agent.core.session.hasIdentity()).toBe(true);
  await agent.core.stop();
  expect(await remembered()).toEqual(before);
  expect(desktop.core.session.hasIdentity()).toBe(true);
});

test('where nobody has a keychain, portal, way in and address are remembered for the next start', async () => {
  const first = await afar();
  await rig.signIn(first);
  expect(await remembered()).toMatchObject({ state: 'present', keptIn: 'memory' });
  await first.core.stop();
  const { core } = await afar();
  expect(core.state.get().setup).toMatchObject({
    step: 'sign-in',
    email: testEmail,
    portal: rig.portal.address,
  });
  expect(rig.stored.value).toMatchObject({ mode: 'cloud-signin', portal: rig.portal.address });
});
