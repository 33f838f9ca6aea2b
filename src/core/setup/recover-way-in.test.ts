import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, setupOf, testEmail, testUse } from '../../../test/fakes/core-rig.ts';
import { licenseFile } from '../../../test/fakes/license-file.ts';
import { testCloudKey } from '../../../test/fakes/portal-router.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

/** What a broken settings file leaves of them. */
function loseSettings(): void {
  rig.stored.value = {};
}

const silently = { ...testUse, features: [], interactive: false };

test('A17: settings lost, signed in: the next program starts silently, and nobody is asked', async () => {
  const first = await rig.start();
  await rig.signIn(first);
  await first.core.stop();
  loseSettings();
  const { core } = await rig.start();
  expect(core.state.get()).toMatchObject({
    setup: { step: 'done', mode: 'cloud-signin' },
    profile: { identity: { email: testEmail } },
    settings: { mode: 'cloud-signin', portal: rig.portal.address },
  });
  expect(rig.stored.value).toMatchObject({ mode: 'cloud-signin', portal: rig.portal.address });
  expect(await core.licenses.acquire(silently, new AbortController().signal)).toMatchObject({
    permit: 'full',
  });
});

test('only the portal lost: it is as it was', async () => {
  await rig.signIn(await rig.start());
  rig.stored.value = { mode: 'cloud-signin' };
  expect(setupOf(await rig.start())).toMatchObject({ step: 'done', mode: 'cloud-signin' });
  expect(rig.stored.value.portal).toBe(rig.portal.address);
});

test('with a cloud key', async () => {
  const first = await rig.start();
  await first.client.setup.chooseMode({ mode: 'cloud-key' });
  await first.client.setup.setPortal({ address: rig.portal.address });
  await first.client.setup.enterKey({ key: testCloudKey });
  loseSettings();
  expect(setupOf(await rig.start())).toMatchObject({ step: 'done', mode: 'cloud-key' });
});

test('with a license of this device, with or without what remembers the identity', async () => {
  const first = await rig.start();
  await first.client.setup.chooseMode({ mode: 'standalone' });
  await first.client.setup.importFile({ fileName: 'a.lic', content: await licenseFile(rig, first) });
  loseSettings();
  const second = await rig.start();
  expect(setupOf(second)).toMatchObject({ step: 'done', mode: 'standalone' });
  expect(await second.core.licenses.acquire(silently, new AbortController().signal)).toMatchObject({
    permit: 'full',
  });
  loseSettings();
  await rm(join(rig.paths.data, 'identity.json'));
  expect(setupOf(await rig.start())).toMatchObject({ step: 'done', mode: 'standalone' });
});

test('signed out: the address and the way in are remembered, and nobody is signed in', async () => {
  const first = await rig.start();
  await rig.signIn(first);
  await first.client.session.signOut();
  loseSettings();
  expect(setupOf(await rig.start())).toMatchObject({
    step: 'sign-in',
    portal: rig.portal.address,
    email: testEmail,
  });
});

test('what the settings or the policy say counts first', async () => {
  await rig.signIn(await rig.start());
  rig.stored.value = { mode: 'standalone' };
  expect(setupOf(await rig.start())).toMatchObject({ step: 'standalone', portal: null });
  loseSettings();
  const { core } = await rig.start({ locked: { mode: 'cloud-key' } });
  expect(core.state.get().settings).toMatchObject({ mode: 'cloud-key', portal: null });
  expect(rig.stored.value).toEqual({});
});

test('a profile that nobody has used stays untouched', async () => {
  expect(setupOf(await rig.start())).toMatchObject({ step: 'choose-mode' });
  expect(rig.stored.value).toEqual({});
});
