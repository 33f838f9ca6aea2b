import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, setupOf, testEmail } from '../../../test/fakes/core-rig.ts';
import { licenseFile } from '../../../test/fakes/license-file.ts';
import { testPassword } from '../../../test/fakes/portal.ts';
import { openSettings } from '../adapters/file-settings.ts';
import { settingsFromEnvironment } from '../adapters/settings-sources.ts';
import { createProcessLock } from '../lock/process-lock.ts';

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
    expect(running.core.state.get().lockedAtStart).toEqual([]);
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
    const before = structuredClone(rig.stored.value);
    for (const address of ['http://ana:clave@', 'HTTP://ana:clave@', 'https://ana@', 'http:\\\\ana:clave@']) {
      const withPassword = running.client.settings.update({ proxy: `${address}proxy.example:8080` });
      await expect(withPassword, address).rejects.toMatchObject({
        code: 'invalid-input',
        data: { field: 'proxy' },
      });
    }
    expect(rig.stored.value).toEqual(before);
    await running.client.settings.update({ theme: 'dark', proxy: 'http://proxy.example:8080' });
    expect(running.core.state.get().settings).toMatchObject({
      theme: 'dark',
      proxy: 'http://proxy.example:8080',
    });
  });
});

describe('fixed by the environment', () => {
  /** A process of the profile that was started with these variables. */
  async function start(environment: Record<string, string>) {
    const settings = await openSettings({
      folder: rig.paths.config,
      policyFile: join(rig.paths.root, 'policy.json'),
      commandLine: { values: {}, problems: [] },
      environment: settingsFromEnvironment(environment),
      lock: createProcessLock(join(rig.paths.root, 'settings-locks')),
      log: rig.log,
    });
    closing.push(settings.close);
    return rig.start({ settings });
  }
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });
  const locked = { code: 'policy-locked' };

  test('the mode: another one is refused, and the session lives', async () => {
    const running = await start({ ALDABA_MODE: 'cloud-signin', ALDABA_LANGUAGE: 'pt' });
    await rig.signIn(running);
    const content = await licenseFile(rig, running);
    await expect(running.client.setup.back()).rejects.toMatchObject(locked);
    await expect(running.client.setup.chooseMode({ mode: 'standalone' })).rejects.toMatchObject(locked);
    await expect(running.client.setup.importFile({ fileName: 'a.lic', content })).rejects.toMatchObject({
      code: 'invalid-input',
    });
    expect(running.core.session.hasIdentity()).toBe(true);
    expect(rig.portal.liveSessions()).toHaveLength(1);
    expect(running.core.state.get()).toMatchObject({
      lockedSettings: ['language', 'mode'],
      lockedAtStart: ['language', 'mode'],
    });
  });

  test('the address: another one is refused, and the session lives', async () => {
    const running = await start({ ALDABA_PORTAL: rig.portal.address });
    await rig.signIn(running);
    await running.client.setup.chooseMode({ mode: 'cloud-signin' });
    const elsewhere = running.client.setup.setPortal({ address: 'https://other.example' });
    await expect(elsewhere).rejects.toMatchObject({ ...locked, data: { field: 'portal' } });
    await running.client.setup.cancel();
    expect(setupOf(running)).toMatchObject({ step: 'done', mode: 'cloud-signin' });
    await running.client.people.listRoles();
    expect(rig.portal.liveSessions()).toHaveLength(1);
  });
});
