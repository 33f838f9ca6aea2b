import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, setupOf } from '../../../test/fakes/core-rig.ts';
import { licenseFile } from '../../../test/fakes/license-file.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

describe('another way in, later', () => {
  test('what works goes on working until the new way is done', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    await running.client.setup.back();
    expect(setupOf(running)).toMatchObject({ step: 'choose-mode' });
    await running.client.setup.chooseMode({ mode: 'standalone' });
    const broken = running.client.setup.importFile({ fileName: 'a.lic', content: 'hola' });
    await expect(broken).rejects.toMatchObject({ code: 'file-format' });
    expect(running.core.session.mode).toBe('cloud-signin');
    expect(await running.client.people.listContacts({})).toMatchObject({ total: 1 });
    expect(setupOf(await rig.start())).toMatchObject({ step: 'done', mode: 'cloud-signin' });
    await running.client.setup.cancel();
    expect(setupOf(running)).toMatchObject({ step: 'done', mode: 'cloud-signin' });
    expect(rig.portal.liveSessions()).toHaveLength(1);
  });

  test('a license file ends the sign-in once it is installed', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    const content = await licenseFile(rig, running);
    await expect(running.client.setup.importFile({ fileName: 'a.lic', content })).rejects.toMatchObject({
      code: 'invalid-input',
    });
    await running.client.setup.back();
    await running.client.setup.chooseMode({ mode: 'standalone' });
    await running.client.setup.importFile({ fileName: 'a.lic', content });
    expect(running.core.state.get()).toMatchObject({
      setup: { step: 'done', mode: 'standalone' },
      profile: null,
    });
    expect(rig.portal.liveSessions()).toEqual([]);
    expect([...rig.entries.keys()].filter((name) => name.includes('token'))).toEqual([]);
  });

  test('from standalone to sign-in', async () => {
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'standalone' });
    await running.client.setup.importFile({ fileName: 'a.lic', content: await licenseFile(rig, running) });
    await running.client.setup.back();
    await rig.signIn(running);
    expect(setupOf(running)).toMatchObject({ step: 'done', mode: 'cloud-signin' });
    expect(running.core.session.hasIdentity()).toBe(true);
  });

  test('and back to the license that this device has, with no key, no network and no file', async () => {
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'standalone' });
    expect(setupOf(running)).toMatchObject({ stored: [] });
    await expect(running.client.setup.takeStored()).rejects.toMatchObject({ code: 'not-licensed' });
    await running.client.setup.importFile({ fileName: 'a.lic', content: await licenseFile(rig, running) });
    await running.client.setup.back();
    await rig.signIn(running);
    await running.client.setup.back();
    await running.client.setup.chooseMode({ mode: 'standalone' });
    expect(setupOf(running)).toMatchObject({
      step: 'standalone',
      stored: [{ productName: 'Viga', expiresAt: expect.any(String) }],
    });
    expect(running.core.session.mode).toBe('cloud-signin');
    rig.portal.line.reachable = false;
    await running.client.setup.takeStored();
    expect(setupOf(running)).toMatchObject({ step: 'done', mode: 'standalone' });
    expect(running.core.state.get()).toMatchObject({
      profile: null,
      licenses: [{ kind: 'license', permit: 'full' }],
    });
    await running.client.licenses.giveBack({ product: 'viga' });
    expect(setupOf(await rig.start())).toMatchObject({ step: 'standalone', stored: [] });
  });

  test('a session that ends meanwhile does not take the person out of their choice', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    await running.client.setup.back();
    await running.client.setup.chooseMode({ mode: 'cloud-key' });
    for (const session of rig.portal.sessions) rig.portal.end(session);
    await expect(running.client.people.listRoles()).rejects.toMatchObject({ code: 'session-ended' });
    expect(setupOf(running)).toMatchObject({ step: 'enter-key' });
  });
});
