import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CoreRig, createCoreRig } from '../../../test/fakes/core-rig.ts';
import { testCloudKey } from '../../../test/fakes/portal-router.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

describe('cloud key', () => {
  test('the key is typed once, stays in the keychain and nowhere else, and renews the access', async () => {
    const { client, core } = await rig.start();
    await client.setup.chooseMode({ mode: 'cloud-key' });
    await client.setup.setPortal({ address: rig.portal.address });
    await expect(client.setup.enterKey({ key: 'NUBE-0000-0000-0000' })).rejects.toMatchObject({
      code: 'key-invalid',
    });
    expect(rig.tokenEntries()).toEqual([]);
    await client.setup.enterKey({ key: ` ${testCloudKey} ` });
    expect(core.state.get()).toMatchObject({ setup: { step: 'done', mode: 'cloud-key' }, profile: null });
    expect(rig.tokenEntries()).toEqual(['cloud-key']);
    expect(JSON.stringify(core.state.get())).not.toContain(testCloudKey);
    const again = await rig.start();
    expect(again.core.session.hasIdentity()).toBe(true);
    rig.portal.expireAccess();
    expect(await again.client.programs.list()).toMatchObject({
      releases: [],
      buyUrl: 'https://portal.example/buy',
    });
    await expect(again.client.people.listContacts({})).rejects.toMatchObject({ code: 'key-manages-nobody' });
  });

  test('a revoked key needs another one, with notice', async () => {
    const { client, core } = await rig.start();
    await client.setup.chooseMode({ mode: 'cloud-key' });
    await client.setup.setPortal({ address: rig.portal.address });
    await client.setup.enterKey({ key: testCloudKey });
    rig.portal.revokeKey();
    rig.portal.expireAccess();
    await expect(client.programs.list()).rejects.toMatchObject({ code: 'key-invalid' });
    expect(core.state.get()).toMatchObject({
      setup: { step: 'enter-key' },
      notices: [{ id: 'session-ended', code: 'key-invalid' }],
    });
  });

  test('changing from sign-in to a key ends the session only when the key works', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    await running.client.setup.back();
    await running.client.setup.chooseMode({ mode: 'cloud-key' });
    await expect(running.client.setup.enterKey({ key: 'NUBE-0000-0000-0000' })).rejects.toBeDefined();
    expect(await running.client.people.listContacts({})).toMatchObject({ total: 1 });
    await running.client.setup.enterKey({ key: testCloudKey });
    expect(rig.portal.liveSessions()).toEqual([]);
    expect(rig.tokenEntries()).toEqual(['cloud-key']);
    expect(running.core.state.get()).toMatchObject({
      setup: { step: 'done', mode: 'cloud-key' },
      profile: null,
    });
  });
});

test('a change of the way in that was cut off after the new one worked is finished at the next start', async () => {
  await rig.signIn(await rig.start());
  rig.entries.set('cloud-key', JSON.stringify({ portal: rig.portal.address, key: testCloudKey }));
  rig.stored.value = { ...rig.stored.value, mode: 'cloud-key' };
  const { core } = await rig.start();
  expect(core.state.get().setup).toMatchObject({ step: 'done', mode: 'cloud-key' });
  expect(rig.portal.liveSessions()).toHaveLength(1);
  await expect
    .poll(async () => {
      await rig.clock.advance(1000);
      return [rig.portal.liveSessions().length, rig.tokenEntries()];
    })
    .toEqual([0, ['cloud-key']]);
  expect(core.session.hasIdentity()).toBe(true);
});
