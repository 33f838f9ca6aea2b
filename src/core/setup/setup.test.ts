import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, type RunningCore, testEmail } from '../../../test/fakes/core-rig.ts';
import { testPassword } from '../../../test/fakes/portal.ts';
import { testIds } from '../../../test/fakes/portal-people.ts';
import { testCloudKey, testLicenseKey } from '../../../test/fakes/portal-router.ts';
import { createMemorySecrets } from '../../../test/fakes/secrets.ts';
import { documentCrypto, licenseClaims } from '../../../test/support/documents.ts';
import { formatArmor, signDocument } from '../../domain/documents/index.ts';
import { createDevice } from '../device/device.ts';
import { createProcessLock } from '../lock/process-lock.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

const step = ({ core }: RunningCore) => core.state.get().setup;
const address = 'https://portal.example';

/** A license file for this device, as the portal's page hands it over. */
async function licenseFile({ core }: RunningCore): Promise<string> {
  const { thumbprint } = core.state.get().device;
  const { device, salt } = await describeDevice();
  const iat = Math.floor(rig.clock.now() / 1000);
  const claims = licenseClaims(thumbprint, {
    components: device.components,
    salt,
    iat,
    nbf: iat,
    exp: iat + 86_400 * 30,
  });
  const { trust } = rig.portal;
  const jws = await signDocument({
    kind: 'license',
    claims,
    signer: trust.signer,
    chain: trust.chain,
    crypto: documentCrypto,
  });
  return formatArmor({ kind: 'license', jws, headers: [['Product', 'Viga']] });
}

async function describeDevice() {
  const { hardware, paths, entries } = rig;
  const device = createDevice({
    secrets: createMemorySecrets({ entries }),
    hardware,
    lock: createProcessLock(paths.runtime),
    data: paths.data,
  });
  return device.describe();
}

describe('A19: one first run for the three modes', () => {
  test('cloud sign-in: mode, address, sign-in, done', async () => {
    const running = await rig.start();
    expect(step(running)).toMatchObject({
      step: 'choose-mode',
      recommended: 'cloud-signin',
      fixed: null,
      busy: false,
    });
    await running.client.setup.chooseMode({ mode: 'cloud-signin' });
    expect(step(running)).toMatchObject({
      step: 'portal-address',
      mode: 'cloud-signin',
      address: '',
      fixed: false,
    });
    await running.client.setup.setPortal({ address: ' Portal.example/ ' });
    expect(step(running)).toMatchObject({
      step: 'sign-in',
      portal: address,
      email: '',
      resetRequested: false,
    });
    expect(rig.stored.value.portal).toBeUndefined();
    await running.client.setup.signIn({ email: testEmail, password: testPassword });
    expect(step(running)).toEqual({ step: 'done', mode: 'cloud-signin', busy: false, problem: null });
    expect(rig.stored.value).toMatchObject({ mode: 'cloud-signin', portal: address });
  });

  test('cloud key: mode, address, key, done', async () => {
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'cloud-key' });
    await running.client.setup.setPortal({ address });
    expect(step(running)).toMatchObject({ step: 'enter-key', portal: address });
    await running.client.setup.enterKey({ key: testCloudKey });
    expect(step(running)).toMatchObject({ step: 'done', mode: 'cloud-key' });
  });

  test('standalone with network: a key activates this device', async () => {
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'standalone' });
    expect(step(running)).toMatchObject({ step: 'standalone', portal: null, requestedAt: null });
    await expect(running.client.setup.activate({ key: testLicenseKey })).rejects.toMatchObject({
      code: 'not-configured',
    });
    await running.client.setup.setPortal({ address });
    expect(step(running)).toMatchObject({ step: 'standalone', portal: address });
    await expect(running.client.setup.activate({ key: 'VIGA-0000-0000-0000' })).rejects.toMatchObject({
      code: 'key-invalid',
    });
    expect(step(running)).toMatchObject({ step: 'standalone', problem: { code: 'key-invalid' } });
    await running.client.setup.activate({ key: ` ${testLicenseKey}` });
    expect(running.core.state.get()).toMatchObject({
      setup: { step: 'done', mode: 'standalone' },
      connection: { state: 'not-needed' },
      licenses: [{ product: 'viga', kind: 'license', permit: 'full' }],
    });
    expect([...rig.entries.values()].join()).not.toContain(testLicenseKey);
    const again = await rig.start();
    expect(step(again)).toMatchObject({ step: 'done', mode: 'standalone' });
  });

  test('standalone without any network: a request file goes out, and days later a license file comes in', async () => {
    rig.portal.line.reachable = false;
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'standalone' });
    const request = await running.client.setup.createRequestFile({ key: testLicenseKey });
    expect(request.content).toContain('-----BEGIN ALDABA');
    expect(step(running)).toMatchObject({
      step: 'standalone',
      requestedAt: new Date(rig.clock.now()).toISOString(),
    });
    await running.core.stop();
    await rig.clock.advance(3 * 86_400_000);
    const later = await rig.start();
    expect(step(later)).toMatchObject({ step: 'standalone', requestedAt: expect.any(String) });
    const content = await licenseFile(later);
    expect(await later.client.setup.importFile({ fileName: 'viga.lic', content })).toMatchObject({
      productName: 'Viga',
    });
    expect(step(later)).toMatchObject({ step: 'done', mode: 'standalone' });
    expect(rig.portal.calls).toEqual([]);
    expect(step(await rig.start())).toMatchObject({ step: 'done', mode: 'standalone' });
  });

  test('without a keychain nothing is activated: the place would be lost with the process', async () => {
    const running = await rig.start({ secrets: createMemorySecrets({ backend: 'memory' }) });
    const { client } = running;
    await client.setup.chooseMode({ mode: 'standalone' });
    await client.setup.setPortal({ address });
    const refused = { code: 'keychain-unavailable' };
    await expect(client.setup.activate({ key: testLicenseKey })).rejects.toMatchObject(refused);
    await expect(client.setup.createRequestFile({ key: testLicenseKey })).rejects.toMatchObject(refused);
    const file = { fileName: 'viga.aldaba-license', content: await licenseFile(running) };
    await expect(client.setup.importFile(file)).rejects.toMatchObject(refused);
    expect(step(running)).toMatchObject({ step: 'standalone', problem: refused });
    expect(rig.portal.calls).toEqual([]);
  });

  test('a file that is no license says what is wrong and leaves everything as it was', async () => {
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'standalone' });
    const good = await licenseFile(running);
    const cases: [string, string][] = [
      ['hola', 'file-format'],
      [good.slice(0, good.length / 2), 'file-truncated'],
    ];
    for (const [content, code] of cases) {
      await expect(running.client.setup.importFile({ fileName: 'a.lic', content })).rejects.toMatchObject({
        code,
      });
      expect(step(running)).toMatchObject({ step: 'standalone', problem: { code } });
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
    await setup.setPortal({ address });
    await setup.back();
    expect(step(running)).toMatchObject({ step: 'portal-address', address });
    await setup.back();
    expect(step(running)).toMatchObject({ step: 'choose-mode' });
    await setup.chooseMode({ mode: 'standalone' });
    await setup.back();
    await setup.chooseMode({ mode: 'cloud-signin' });
    expect(step(running), 'an address that was good is not asked for again').toMatchObject({
      step: 'sign-in',
    });
    await setup.cancel();
    expect(step(running)).toMatchObject({ step: 'choose-mode' });
  });

  test.each([
    ['http://portal.example', 'portal-address-invalid'],
    ['other.example', 'network-offline'],
  ])('%s as an address: %s, shown and thrown', async (typed, code) => {
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'cloud-signin' });
    await expect(running.client.setup.setPortal({ address: typed })).rejects.toMatchObject({ code });
    expect(step(running)).toMatchObject({
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
    await expect(running.client.setup.setPortal({ address })).rejects.toMatchObject({
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
    const first = running.client.setup.setPortal({ address });
    await expect.poll(() => step(running).busy).toBe(true);
    const second = running.client.setup.back();
    expect(step(running)).toMatchObject({ step: 'portal-address', busy: true });
    answer();
    await Promise.all([first, second]);
    expect(step(running)).toMatchObject({ step: 'portal-address', busy: false });
  });
});

describe('another way in, later', () => {
  test('what works goes on working until the new way is done', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    await running.client.setup.back();
    expect(step(running)).toMatchObject({ step: 'choose-mode' });
    await running.client.setup.chooseMode({ mode: 'standalone' });
    const broken = running.client.setup.importFile({ fileName: 'a.lic', content: 'hola' });
    await expect(broken).rejects.toMatchObject({ code: 'file-format' });
    expect(running.core.session.mode).toBe('cloud-signin');
    expect(await running.client.people.listContacts({})).toMatchObject({ total: 1 });
    expect(step(await rig.start())).toMatchObject({ step: 'done', mode: 'cloud-signin' });
    await running.client.setup.cancel();
    expect(step(running)).toMatchObject({ step: 'done', mode: 'cloud-signin' });
    expect(rig.portal.liveSessions()).toHaveLength(1);
  });

  test('a license file ends the sign-in once it is installed', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    const content = await licenseFile(running);
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
    await running.client.setup.importFile({ fileName: 'a.lic', content: await licenseFile(running) });
    await running.client.setup.back();
    await rig.signIn(running);
    expect(step(running)).toMatchObject({ step: 'done', mode: 'cloud-signin' });
    expect(running.core.session.hasIdentity()).toBe(true);
  });

  test('a session that ends meanwhile does not take the person out of their choice', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    await running.client.setup.back();
    await running.client.setup.chooseMode({ mode: 'cloud-key' });
    for (const session of rig.portal.sessions) rig.portal.end(session);
    await expect(running.client.people.listRoles()).rejects.toMatchObject({ code: 'session-ended' });
    expect(step(running)).toMatchObject({ step: 'enter-key' });
  });
});

describe('fixed by IT', () => {
  test('mode and address: the person only signs in', async () => {
    const running = await rig.start({ locked: { mode: 'cloud-signin', portal: address } });
    expect(step(running)).toMatchObject({ step: 'sign-in', portal: address });
    for (const refused of [
      running.client.setup.chooseMode({ mode: 'standalone' }),
      running.client.settings.update({ portal: 'https://other.example' }),
    ]) {
      await expect(refused).rejects.toMatchObject({ data: { field: expect.stringMatching(/mode|portal/) } });
    }
    await running.client.setup.signIn({ email: testEmail, password: testPassword });
    expect(step(running)).toMatchObject({ step: 'done', mode: 'cloud-signin' });
    await expect(running.client.setup.back()).rejects.toMatchObject({ code: 'policy-locked' });
    expect(running.core.state.get().lockedSettings).toEqual(['mode', 'portal']);
  });

  test('the address alone: the mode is chosen, the address not asked', async () => {
    const running = await rig.start({ locked: { portal: address } });
    await running.client.setup.chooseMode({ mode: 'cloud-key' });
    expect(step(running)).toMatchObject({ step: 'enter-key', portal: address });
    await running.client.setup.back();
    expect(step(running)).toMatchObject({ step: 'choose-mode' });
  });

  test('standalone: a file is all it takes, other modes are refused', async () => {
    const running = await rig.start({ locked: { mode: 'standalone' } });
    expect(step(running)).toMatchObject({ step: 'standalone' });
    await expect(running.client.setup.chooseMode({ mode: 'cloud-key' })).rejects.toMatchObject({
      code: 'policy-locked',
    });
    await running.client.setup.importFile({ fileName: 'a.lic', content: await licenseFile(running) });
    expect(step(running)).toMatchObject({ step: 'done', mode: 'standalone' });
  });

  test('settings of setup are changed by setup alone', async () => {
    const running = await rig.start();
    for (const change of [{ mode: 'standalone' as const }, { portal: address }]) {
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
