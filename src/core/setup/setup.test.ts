import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, setupOf, testEmail } from '../../../test/fakes/core-rig.ts';
import { licenseFile } from '../../../test/fakes/license-file.ts';
import { testPassword } from '../../../test/fakes/portal.ts';
import { testIds } from '../../../test/fakes/portal-people.ts';
import { testCloudKey, testLicenseKey } from '../../../test/fakes/portal-router.ts';
import { createMemorySecrets } from '../../../test/fakes/secrets.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

describe('A19: one first run for the three modes', () => {
  test('cloud sign-in: mode, address, sign-in, done', async () => {
    const running = await rig.start();
    expect(setupOf(running)).toMatchObject({
      step: 'choose-mode',
      recommended: 'cloud-signin',
      fixed: null,
      busy: false,
    });
    await running.client.setup.chooseMode({ mode: 'cloud-signin' });
    expect(setupOf(running)).toMatchObject({
      step: 'portal-address',
      mode: 'cloud-signin',
      address: '',
      fixed: false,
    });
    await running.client.setup.setPortal({ address: ' Portal.example/ ' });
    expect(setupOf(running)).toMatchObject({
      step: 'sign-in',
      portal: rig.portal.address,
      email: '',
      resetRequested: false,
    });
    expect(rig.stored.value.portal).toBeUndefined();
    await running.client.setup.signIn({ email: testEmail, password: testPassword });
    expect(setupOf(running)).toEqual({ step: 'done', mode: 'cloud-signin', busy: false, problem: null });
    expect(rig.stored.value).toMatchObject({ mode: 'cloud-signin', portal: rig.portal.address });
  });

  test('cloud key: mode, address, key, done', async () => {
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'cloud-key' });
    await running.client.setup.setPortal({ address: rig.portal.address });
    expect(setupOf(running)).toMatchObject({ step: 'enter-key', portal: rig.portal.address });
    await running.client.setup.enterKey({ key: testCloudKey });
    expect(setupOf(running)).toMatchObject({ step: 'done', mode: 'cloud-key' });
  });

  test('standalone with network: a key activates this device', async () => {
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'standalone' });
    expect(setupOf(running)).toMatchObject({ step: 'standalone', portal: null, requestedAt: null });
    await expect(running.client.setup.activate({ key: testLicenseKey })).rejects.toMatchObject({
      code: 'not-configured',
    });
    await running.client.setup.setPortal({ address: rig.portal.address });
    expect(setupOf(running)).toMatchObject({ step: 'standalone', portal: rig.portal.address });
    await expect(running.client.setup.activate({ key: 'VIGA-0000-0000-0000' })).rejects.toMatchObject({
      code: 'key-invalid',
    });
    expect(setupOf(running)).toMatchObject({ step: 'standalone', problem: { code: 'key-invalid' } });
    await running.client.setup.activate({ key: ` ${testLicenseKey}` });
    expect(running.core.state.get()).toMatchObject({
      setup: { step: 'done', mode: 'standalone' },
      connection: { state: 'not-needed' },
      licenses: [{ product: 'viga', kind: 'license', permit: 'full' }],
    });
    expect([...rig.entries.values()].join()).not.toContain(testLicenseKey);
    const again = await rig.start();
    expect(setupOf(again)).toMatchObject({ step: 'done', mode: 'standalone' });
  });

  test('standalone without any network: a request file goes out, and days later a license file comes in', async () => {
    rig.portal.line.reachable = false;
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'standalone' });
    const request = await running.client.setup.createRequestFile({ key: testLicenseKey });
    expect(request.content).toContain('-----BEGIN ALDABA');
    expect(setupOf(running)).toMatchObject({
      step: 'standalone',
      requestedAt: new Date(rig.clock.now()).toISOString(),
    });
    await running.core.stop();
    await rig.clock.advance(3 * 86_400_000);
    const later = await rig.start();
    expect(setupOf(later)).toMatchObject({ step: 'standalone', requestedAt: expect.any(String) });
    const content = await licenseFile(rig, later);
    expect(await later.client.setup.importFile({ fileName: 'viga.lic', content })).toMatchObject({
      productName: 'Viga',
    });
    expect(setupOf(later)).toMatchObject({ step: 'done', mode: 'standalone' });
    expect(rig.portal.calls).toEqual([]);
    expect(setupOf(await rig.start())).toMatchObject({ step: 'done', mode: 'standalone' });
  });

  test('without a keychain nothing is activated: the place would be lost with the process', async () => {
    const running = await rig.start({ secrets: createMemorySecrets({ backend: 'memory' }) });
    const { client } = running;
    await client.setup.chooseMode({ mode: 'standalone' });
    await client.setup.setPortal({ address: rig.portal.address });
    const refused = { code: 'keychain-unavailable' };
    await expect(client.setup.activate({ key: testLicenseKey })).rejects.toMatchObject(refused);
    await expect(client.setup.createRequestFile({ key: testLicenseKey })).rejects.toMatchObject(refused);
    await expect(client.licenses.registerAgain({ key: testLicenseKey })).rejects.toMatchObject(refused);
    const file = { fileName: 'viga.aldaba-license', content: await licenseFile(rig, running) };
    await expect(client.setup.importFile(file)).rejects.toMatchObject(refused);
    expect(setupOf(running)).toMatchObject({ step: 'standalone', problem: refused });
    // Where the file is no license the keychain would help nobody.
    const cut = { ...file, content: file.content.slice(0, file.content.length / 2) };
    await expect(client.setup.importFile(cut)).rejects.toMatchObject({ code: 'file-truncated' });
    // As a rule it is of a key that an earlier process had.
    const other = await rig.start({ secrets: createMemorySecrets({ backend: 'memory' }) });
    await expect(other.client.setup.importFile(file)).rejects.toMatchObject(refused);
    expect(rig.portal.calls).toEqual([]);
  });

  test('a file that is no license says what is wrong and leaves everything as it was', async () => {
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'standalone' });
    const good = await licenseFile(rig, running);
    const cases: [string, string][] = [
      ['hola', 'file-format'],
      [good.slice(0, good.length / 2), 'file-truncated'],
    ];
    for (const [content, code] of cases) {
      await expect(running.client.setup.importFile({ fileName: 'a.lic', content })).rejects.toMatchObject({
        code,
      });
      expect(setupOf(running)).toMatchObject({ step: 'standalone', problem: { code } });
    }
    const stranger = await createCoreRig();
    const elsewhere = await stranger.start();
    await expect(
      elsewhere.client.setup.importFile({ fileName: 'a.lic', content: good }),
    ).rejects.toMatchObject({
      code: 'file-foreign-key',
    });
    await stranger.remove();
    expect(rig.stored.value.mode).toBeUndefined();
  });
});

describe('finding the way', () => {
  test('back goes a step back, cancel returns to what was', async () => {
    const running = await rig.start();
    const { setup } = running.client;
    await setup.chooseMode({ mode: 'cloud-signin' });
    await setup.setPortal({ address: rig.portal.address });
    await setup.back();
    expect(setupOf(running)).toMatchObject({ step: 'portal-address', address: rig.portal.address });
    await setup.back();
    expect(setupOf(running)).toMatchObject({ step: 'choose-mode' });
    await setup.chooseMode({ mode: 'standalone' });
    await setup.back();
    await setup.chooseMode({ mode: 'cloud-signin' });
    expect(setupOf(running), 'an address that was good is not asked for again').toMatchObject({
      step: 'sign-in',
    });
    await setup.cancel();
    expect(setupOf(running)).toMatchObject({ step: 'choose-mode' });
  });

  test.each([
    ['http://portal.example', 'portal-address-invalid'],
    ['other.example', 'network-offline'],
  ])('%s as an address: %s, shown and thrown', async (typed, code) => {
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'cloud-signin' });
    await expect(running.client.setup.setPortal({ address: typed })).rejects.toMatchObject({ code });
    expect(setupOf(running)).toMatchObject({
      step: 'portal-address',
      address: typed,
      busy: false,
      problem: { code },
    });
  });

  test('something else at that address is not a portal', async () => {
    rig.portal.line.before = () => Response.json({ hello: 'world' });
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'cloud-signin' });
    await expect(running.client.setup.setPortal({ address: rig.portal.address })).rejects.toMatchObject({
      code: 'portal-not-aldaba',
    });
  });

  test('what does not belong to the step is refused', async () => {
    const running = await rig.start();
    const refused = { code: 'invalid-input', data: { field: 'step' } };
    await expect(
      running.client.setup.signIn({ email: testEmail, password: testPassword }),
    ).rejects.toMatchObject(refused);
    await expect(running.client.setup.enterKey({ key: testCloudKey })).rejects.toMatchObject(refused);
    await expect(running.client.setup.chooseAccount({ accountId: testIds.condor })).rejects.toMatchObject(
      refused,
    );
    await expect(running.client.setup.activate({ key: testLicenseKey })).rejects.toMatchObject(refused);
  });

  test('the step is busy while it works, and one thing happens at a time', async () => {
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'cloud-signin' });
    let answer: () => void = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    rig.portal.line.before = async () => {
      await answered;
      return undefined;
    };
    const first = running.client.setup.setPortal({ address: rig.portal.address });
    await expect.poll(() => setupOf(running).busy).toBe(true);
    const second = running.client.setup.back();
    expect(setupOf(running)).toMatchObject({ step: 'portal-address', busy: true });
    answer();
    await Promise.all([first, second]);
    expect(setupOf(running)).toMatchObject({ step: 'portal-address', busy: false });
  });
});
