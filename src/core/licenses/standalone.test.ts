import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { testComponents } from '../../../test/fakes/hardware.ts';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import {
  createSigner,
  createTestTrust,
  documentCrypto,
  leaseClaims,
  licenseClaims,
} from '../../../test/support/documents.ts';
import {
  type ClaimsOf,
  createDocumentVerifier,
  formatArmor,
  openDocumentFile,
  signDocument,
} from '../../domain/documents/index.ts';

const day = 86_400_000;
let rig: LicensingRig;
let trust: Awaited<ReturnType<typeof createTestTrust>>;
beforeEach(async () => {
  rig = await createLicensingRig({ mode: 'standalone', identity: false });
  trust = await createTestTrust();
  rig.portal.rootKeys.splice(0, 1, ...trust.rootKeys);
  await rig.boot();
});
afterEach(() => rig.remove());

async function license(change: Partial<ClaimsOf<'license'>> = {}): Promise<string> {
  const { components, salt } = await rig.device.describe();
  const claims = licenseClaims(rig.device.thumbprint, { components, salt, ...change });
  return signDocument({
    kind: 'license',
    claims,
    signer: trust.signer,
    chain: trust.chain,
    crypto: documentCrypto,
  });
}

describe('installing a file', () => {
  test('takes effect at once, with no network, and after a restart', async () => {
    rig.portal.fault = 'network-offline';
    const jws = await license();
    const file = formatArmor({ kind: 'license', jws, headers: [['Product', 'Viga']] });
    expect(await rig.licenses.installLicense(file)).toEqual({
      product: 'viga',
      productName: 'Viga',
      expiresAt: '2027-03-02T08:00:00.000Z',
    });
    expect(await rig.acquire(rig.use('viga'))).toMatchObject({
      state: 'active',
      permit: 'full',
      kind: 'license',
      document: jws,
    });
    await rig.boot();
    expect(await rig.acquire(rig.use('viga'))).toMatchObject({ permit: 'full' });
    expect(rig.portal.calls).toEqual([]);
  });

  test.each<[string, string, () => Promise<string>]>([
    ['for another device', 'file-wrong-device', () => license({ cnf: { jkt: createSigner().thumbprint } })],
    [
      'expired',
      'file-expired',
      () =>
        license({ iat: 1_700_000_000, nbf: 1_700_000_000, exp: 1_772_438_300 - 14 * 86_400 }).then(
          (jws) => jws,
        ),
    ],
    ['not valid yet', 'file-not-yet-valid', () => license({ nbf: 1_772_438_400 + 86_400 })],
    [
      'cut',
      'file-truncated',
      async () => formatArmor({ kind: 'license', jws: await license(), headers: [] }).slice(0, 400),
    ],
    [
      'changed',
      'file-tampered',
      async () => (await license()).replace(/.(?=[^.]{60}$)/, (one) => (one === 'A' ? 'B' : 'A')),
    ],
    ['something else', 'file-format', async () => 'Estimados señores: adjunto la licencia.'],
    [
      'under a foreign root',
      'file-foreign-key',
      async () => {
        const other = await createTestTrust();
        const claims = licenseClaims(rig.device.thumbprint);
        return signDocument({
          kind: 'license',
          claims,
          signer: other.signer,
          chain: other.chain,
          crypto: documentCrypto,
        });
      },
    ],
    [
      'a lease',
      'file-wrong-kind',
      () =>
        signDocument({
          kind: 'lease',
          claims: leaseClaims(rig.device.thumbprint),
          signer: trust.signer,
          chain: trust.chain,
          crypto: documentCrypto,
        }),
    ],
    ['too large', 'file-too-large', async () => 'A'.repeat(200_000)],
  ])('%s: %s, and what was there stays', async (_what, code, make) => {
    const good = await license();
    await rig.licenses.installLicense(good);
    if (code === 'file-expired') trust = await agedTrust();
    await expect(make().then((text) => rig.licenses.installLicense(text))).rejects.toMatchObject({ code });
    expect((await rig.record('viga'))?.license?.document).toBe(good);
  });

  /** Under the same root, a signing key of the year before. */
  async function agedTrust() {
    const { certify } = await import('../../../test/support/documents.ts');
    const chain = [await certify(trust.root, trust.signer, { iat: 1_690_000_000, nbf: 1_690_000_000 })];
    return { ...trust, chain };
  }

  test('an older license of the same activation does not replace a newer one', async () => {
    const newer = await license({ seq: 3 });
    await rig.licenses.installLicense(newer);
    await expect(license({ seq: 2 }).then((jws) => rig.licenses.installLicense(jws))).rejects.toMatchObject({
      code: 'file-superseded',
    });
    expect((await rig.record('viga'))?.license?.document).toBe(newer);
  });
});

test('a license in its 14 days of grace is as good when it is installed then', async () => {
  const jws = await license({ exp: 1_772_438_400 + 86_400 });
  rig.ports.clock.jump(15 * day - 1);
  await rig.licenses.installLicense(jws);
  expect(await rig.acquire(rig.use('viga'))).toMatchObject({ state: 'expiring', permit: 'full' });
});

test('a year later: 14 days of grace, then read-only, with no network ever', async () => {
  await rig.licenses.installLicense(await license());
  const use = rig.use('viga');
  await rig.acquire(use);
  const states: string[] = [];
  const look = () => {
    const { state, permit } = rig.licenses.status('viga');
    states.push(`${state} ${permit}`);
  };
  look();
  rig.ports.clock.jump(335 * day);
  look();
  rig.ports.clock.jump(30 * day);
  look();
  rig.ports.clock.jump(14 * day);
  look();
  expect(states).toEqual(['active full', 'expiring full', 'expiring full', 'read-only read-only']);
  await rig.pass(30_000);
  expect(rig.heard.at(-1)?.license).toMatchObject({ permit: 'read-only', reason: 'file-expired' });
  expect(rig.portal.calls).toEqual([]);
});

test('a version outside the license is said to be that', async () => {
  await rig.licenses.installLicense(await license({ versions: { to: '2026' } }));
  await expect(rig.acquire(rig.use('viga', { version: '2027.1' }))).rejects.toMatchObject({
    code: 'version-not-covered',
  });
});

test('no license for the product', async () => {
  await expect(rig.acquire(rig.use('zapata'))).rejects.toMatchObject({ code: 'not-licensed' });
});

describe('the device', () => {
  test('drifts: works, says which part changed, 14 days for the rebind over restarts', async () => {
    await rig.licenses.installLicense(await license());
    rig.ports.hardware.components = { ...testComponents, smbios: 'x', board: 'x', network: 'x', cpu: 'x' };
    await rig.boot();
    await vi.waitFor(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'device-drift', permit: 'full' }),
    );
    await vi.waitFor(() => expect(rig.parts.state.get().device.match).toBe('drift'));
    expect(rig.parts.state.get().device).toMatchObject({
      match: 'drift',
      score: 41,
      components: [
        { name: 'machine', change: 'same' },
        { name: 'smbios', change: 'changed' },
        { name: 'board', change: 'changed' },
        { name: 'disk', change: 'same' },
        { name: 'cpu', change: 'changed' },
        { name: 'network', change: 'changed' },
      ],
    });
    rig.ports.clock.jump(13 * day);
    await rig.boot();
    await vi.waitFor(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'device-drift', permit: 'full' }),
    );
    rig.ports.clock.jump(day);
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'read-only', reason: 'device-drift' });
  });

  test('is another one: read-only', async () => {
    await rig.licenses.installLicense(await license());
    rig.ports.hardware.components = {
      machine: testComponents.machine ?? '',
      smbios: 'x',
      board: 'x',
      disk: 'x',
      cpu: 'x',
      network: 'x',
    };
    await rig.boot();
    await vi.waitFor(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'read-only', reason: 'device-changed' }),
    );
  });

  test.each([
    ['answers nothing', async () => ({})],
    ['refuses', () => Promise.reject(new Error('no access'))],
  ])('cannot be read (%s): the device key decides, and it is asked again', async (_what, read) => {
    await rig.licenses.installLicense(await license());
    await rig.licenses.stop();
    rig.ports.hardware.read = read;
    await rig.boot();
    expect(await rig.acquire(rig.use('viga'))).toMatchObject({ state: 'active', permit: 'full' });
    await rig.pass(3_600_000, 600_000);
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' });
    expect(rig.parts.state.get().device.match).toBe('unknown');
    rig.ports.hardware.read = async () => testComponents;
    await rig.pass(3_600_000, 600_000);
    await vi.waitFor(() => expect(rig.parts.state.get().device.match).toBe('match'));
  });

  test('that cannot be read for a day of running counts as one that changed', async () => {
    await rig.licenses.installLicense(await license());
    await rig.licenses.stop();
    rig.ports.hardware.read = async () => ({});
    await rig.boot();
    await rig.pass(30 * 3_600_000, 5 * 3_600_000);
    await vi.waitFor(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'device-drift', permit: 'full' }),
    );
  });
});

test('where there is no network, a newly issued file settles a clock that had run ahead', async () => {
  rig.portal.fault = 'network-offline';
  const seconds = Math.floor(rig.ports.clock.now() / 1000);
  const installed = await license({ iat: seconds - 60 });
  await rig.licenses.installLicense(installed);
  rig.ports.clock.jump(20 * day);
  await rig.pass(30_000);
  await rig.licenses.stop();
  rig.ports.clock.jump(-20 * day);
  await rig.boot();
  await rig.licenses.installLicense(installed);
  expect(rig.licenses.status('viga'), 'the same file again').toMatchObject({ state: 'clock-suspect' });
  await rig.licenses.installLicense(await license({ iat: seconds + 20, seq: 1 }));
  expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' });
});

test('a clock set back by weeks: full for 72 h, then read-only until the portal was reached', async () => {
  await rig.licenses.installLicense(await license({ nbf: 1_772_438_400 - 40 * 86_400 }));
  await rig.licenses.stop();
  rig.ports.clock.jump(-20 * day);
  await rig.boot();
  expect(await rig.acquire(rig.use('viga'))).toMatchObject({ state: 'clock-suspect', permit: 'full' });
  rig.ports.clock.suspend(3 * day - 1000);
  expect(rig.licenses.status('viga')).toMatchObject({ state: 'clock-suspect', permit: 'full' });
  rig.ports.clock.suspend(1000);
  expect(rig.licenses.status('viga')).toMatchObject({ state: 'read-only', reason: 'clock-suspect' });
  rig.portal.tell({ ok: true, serverTime: rig.ports.clock.now() });
  expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' });
});

test('a clock set back by what each night sleeps is suspect once it is a day behind', async () => {
  await rig.licenses.installLicense(await license({ nbf: 1_772_438_400 - 40 * 86_400 }));
  const states: string[] = [];
  for (let night = 0; night < 3; night++) {
    rig.ports.clock.suspend(day / 2);
    rig.ports.clock.jump(-day / 2);
    await rig.pass(60_000);
    states.push(rig.licenses.status('viga').state);
  }
  expect(states).toEqual(['active', 'active', 'clock-suspect']);
});

describe('giving it back', () => {
  test('with network: gone here, told there', async () => {
    await rig.licenses.installLicense(await license());
    expect(await rig.licenses.giveBack('viga')).toEqual({ told: true, fileName: null, content: null });
    expect(await rig.record('viga')).toMatchObject({ license: null, receipts: [] });
    expect(rig.portal.calls.map(({ kind }) => kind)).toEqual(['deactivate']);
    await expect(rig.licenses.giveBack('viga')).rejects.toMatchObject({ code: 'not-licensed' });
  });

  test('without: gone here first, a receipt signed by this device, and told when there is one', async () => {
    await rig.licenses.installLicense(await license());
    rig.portal.fault = 'network-offline';
    const { told, fileName, content } = await rig.licenses.giveBack('viga');
    expect([told, fileName]).toEqual([false, 'viga.aldaba-receipt']);
    const verifier = createDocumentVerifier({ crypto: documentCrypto, rootKeys: [] });
    const receipt = openDocumentFile(content ?? '', verifier, {
      kinds: ['return-receipt'],
      now: 0,
      deviceThumbprint: rig.device.thumbprint,
    });
    expect(receipt).toMatchObject({
      ok: true,
      claims: { kind: 'license', right: licenseClaims('').activation },
    });
    expect(rig.licenses.status('viga')).toMatchObject({ permit: 'none' });

    // Until the portal knows, it is handed out again, also after a restart.
    expect(rig.parts.state.get().returned).toMatchObject([{ product: 'viga' }]);
    expect(rig.licenses.receipt('viga')).toEqual({ fileName, content });
    await rig.boot();
    expect(rig.parts.state.get().returned).toMatchObject([{ product: 'viga' }]);
    expect(rig.licenses.receipt('viga').content).toContain(
      receipt.ok ? receipt.jws.slice(0, 40) : 'a receipt',
    );

    rig.portal.fault = null;
    await rig.boot();
    await rig.pass(30_000, 5000);
    await vi.waitFor(async () => expect((await rig.record('viga'))?.receipts).toEqual([]));
    expect(rig.portal.calls.at(-1)).toMatchObject({ kind: 'deactivate', input: { receipt: receipt.jws } });
    await vi.waitFor(() => expect(rig.parts.state.get().returned).toEqual([]));
    expect(() => rig.licenses.receipt('viga')).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  test('a kept copy of the file is not taken in again, also after a restart; the next activation is', async () => {
    const jws = await license();
    await rig.licenses.installLicense(jws);
    await rig.licenses.giveBack('viga');
    await expect(rig.licenses.installLicense(jws)).rejects.toMatchObject({ code: 'file-returned' });
    await rig.boot();
    await expect(rig.licenses.installLicense(jws)).rejects.toMatchObject({ code: 'file-returned' });
    expect(rig.licenses.status('viga')).toMatchObject({ permit: 'none' });
    await rig.licenses.installLicense(await license({ activation: '0195b0a0-0000-7000-8000-000000000009' }));
    expect(await rig.acquire(rig.use('viga'))).toMatchObject({ permit: 'full' });
  });

  test('a portal that refuses the receipt was not told: it is handed over, and shown again at a later start alone', async () => {
    rig.portal.activations.clear();
    await rig.licenses.installLicense(await license());
    expect(await rig.licenses.giveBack('viga')).toMatchObject({
      told: false,
      fileName: 'viga.aldaba-receipt',
      content: expect.stringContaining('RETURN RECEIPT'),
    });
    await rig.pass(3_600_000, 60_000);
    expect(rig.portal.calls).toHaveLength(1);
    rig.portal.activations.add(licenseClaims('').activation);
    await rig.boot();
    await rig.pass(30_000, 5000);
    await vi.waitFor(async () => expect((await rig.record('viga'))?.receipts).toEqual([]));
  });
});

test('a request file is signed by the device and carries its parts', async () => {
  const { fileName, content } = await rig.licenses.createRequest('ALDA-TEST-KEY');
  expect(fileName).toBe('puesto-07.aldaba-request');
  const verifier = createDocumentVerifier({ crypto: documentCrypto, rootKeys: [] });
  const request = openDocumentFile(content, verifier, {
    kinds: ['activation-request'],
    now: 0,
    deviceThumbprint: rig.device.thumbprint,
  });
  const { components, salt } = await rig.device.describe();
  expect(request).toMatchObject({
    ok: true,
    claims: { key: 'ALDA-TEST-KEY', device: { name: 'puesto-07', platform: 'linux', components, salt } },
  });
  for (const raw of Object.values(testComponents)) expect(content).not.toContain(raw);
});
