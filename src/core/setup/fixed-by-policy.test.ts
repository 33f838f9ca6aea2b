import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, setupOf, testEmail } from '../../../test/fakes/core-rig.ts';
import { licenseFile } from '../../../test/fakes/license-file.ts';
import { testPassword } from '../../../test/fakes/portal.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

describe('fixed by IT', () => {
  test('mode and address: the person only signs in', async () => {
    const running = await rig.start({ locked: { mode: 'cloud-signin', portal: rig.portal.address } });
    expect(setupOf(running)).toMatchObject({ step: 'sign-in', portal: rig.portal.address });
    for (const refused of [
      running.client.setup.chooseMode({ mode: 'standalone' }),
      running.client.settings.update({ portal: 'https://other.example' }),
    ]) {
      await expect(refused).rejects.toMatchObject({ data: { field: expect.stringMatching(/mode|portal/) } });
    }
    await running.client.setup.signIn({ email: testEmail, password: testPassword });
    expect(setupOf(running)).toMatchObject({ step: 'done', mode: 'cloud-signin' });
    await expect(running.client.setup.back()).rejects.toMatchObject({ code: 'policy-locked' });
    expect(running.core.state.get().lockedSettings).toEqual(['mode', 'portal']);
  });

  test('the address alone: the mode is chosen, the address not asked', async () => {
    const running = await rig.start({ locked: { portal: rig.portal.address } });
    await running.client.setup.chooseMode({ mode: 'cloud-key' });
    expect(setupOf(running)).toMatchObject({ step: 'enter-key', portal: rig.portal.address });
    await running.client.setup.back();
    expect(setupOf(running)).toMatchObject({ step: 'choose-mode' });
  });

  test('standalone: a file is all it takes, other modes are refused', async () => {
    const running = await rig.start({ locked: { mode: 'standalone' } });
    expect(setupOf(running)).toMatchObject({ step: 'standalone' });
    await expect(running.client.setup.chooseMode({ mode: 'cloud-key' })).rejects.toMatchObject({
      code: 'policy-locked',
    });
    await running.client.setup.importFile({ fileName: 'a.lic', content: await licenseFile(rig, running) });
    expect(setupOf(running)).toMatchObject({ step: 'done', mode: 'standalone' });
  });

  test('settings of setup are changed by setup alone', async () => {
    const running = await rig.start();
    for (const change of [{ mode: 'standalone' as const }, { portal: rig.portal.address }]) {
      await expect(running.client.settings.update(change)).rejects.toMatchObject({ code: 'invalid-input' });
    }
    const withPassword = running.client.settings.update({ proxy: 'http://ana:clave@proxy.example:8080' });
    await expect(withPassword).rejects.toMatchObject({ code: 'invalid-input', data: { field: 'proxy' } });
    await running.client.settings.update({ theme: 'dark', proxy: 'http://proxy.example:8080' });
    expect(running.core.state.get().settings).toMatchObject({
      theme: 'dark',
      proxy: 'http://proxy.example:8080',
    });
  });
});
