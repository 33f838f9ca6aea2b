import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testComponents } from '../../../test/fakes/hardware.ts';
import { createStandaloneRig, type StandaloneRig } from '../../../test/fakes/standalone-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';
import {
  certify,
  createSigner,
  createTestTrust,
  documentCrypto,
  leaseClaims,
  licenseClaims,
} from '../../../test/support/documents.ts';
import {
  createDocumentVerifier,
  formatArmor,
  openDocumentFile,
  signDocument,
} from '../../domain/documents/index.ts';

const day = 86_400_000;
let rig: StandaloneRig;
beforeEach(async () => {
  rig = await createStandaloneRig();
});
afterEach(() => rig.remove());

describe('installing a file', () => {
  test('takes effect at once, with no network, and after a restart', async () => {
    rig.portal.fault = 'network-offline';
    const jws = await rig.license();
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
    [
      'for another device',
      'file-wrong-device',
      () => rig.license({ cnf: { jkt: createSigner().thumbprint } }),
    ],
    [
      'expired',
      'file-expired',
      () =>
        rig
          .license({ iat: 1_700_000_000, nbf: 1_700_000_000, exp: 1_772_438_300 - 14 * 86_400 })
          .then((jws) => jws),
    ],
    ['not valid yet', 'file-not-yet-valid', () => rig.license({ nbf: 1_772_438_400 + 86_400 })],
    [
      'cut',
      'file-truncated',
      async () => formatArmor({ kind: 'license', jws: await rig.license(), headers: [] }).slice(0, 400),
    ],
    [
      'changed',
      'file-tampered',
      async () => (await rig.license()).replace(/.(?=[^.]{60}$)/, (one) => (one === 'A' ? 'B' : 'A')),
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
          signer: rig.trust.signer,
          chain: rig.trust.chain,
          crypto: documentCrypto,
        }),
    ],
    ['too large', 'file-too-large', async () => 'A'.repeat(200_000)],
  ])('%s: %s, and what was there stays', async (_what, code, make) => {
    const good = await rig.license();
    await rig.licenses.installLicense(good);
    if (code === 'file-expired') rig.trust = await agedTrust();
    await expect(make().then((text) => rig.licenses.installLicense(text))).rejects.toMatchObject({ code });
    expect((await rig.record('viga'))?.license?.document).toBe(good);
  });

  /** Under the same root, a signing key of the year before. */
  async function agedTrust() {
    const { root, signer } = rig.trust;
    const chain = [await certify(root, signer, { iat: 1_690_000_000, nbf: 1_690_000_000 })];
    return { ...rig.trust, chain };
  }

  test('an older license of the same activation does not replace a newer one', async () => {
    const newer = await rig.license({ seq: 3 });
    await rig.licenses.installLicense(newer);
    await expect(
      rig.license({ seq: 2 }).then((jws) => rig.licenses.installLicense(jws)),
    ).rejects.toMatchObject({
      code: 'file-superseded',
    });
    expect((await rig.record('viga'))?.license?.document).toBe(newer);
  });
});

test('a license in its 14 days of grace is as good when it is installed then', async () => {
  const jws = await rig.license({ exp: 1_772_438_400 + 86_400 });
  rig.ports.clock.jump(15 * day - 1);
  await rig.licenses.installLicense(jws);
  expect(await rig.acquire(rig.use('viga'))).toMatchObject({ state: 'expiring', permit: 'full' });
});

test('a year later: 14 days of grace, then read-only, with no network ever', async () => {
  await rig.licenses.installLicense(await rig.license());
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
  await rig.licenses.installLicense(await rig.license({ versions: { to: '2026' } }));
  await expect(rig.acquire(rig.use('viga', { version: '2027.1' }))).rejects.toMatchObject({
    code: 'version-not-covered',
  });
});

test('no license for the product', async () => {
  await expect(rig.acquire(rig.use('zapata'))).rejects.toMatchObject({ code: 'not-licensed' });
});

describe('giving it back', () => {
  test('with network: gone here, told there', async () => {
    await rig.licenses.installLicense(await rig.license());
    expect(await rig.licenses.giveBack('viga')).toEqual({ told: true, fileName: null, content: null });
    expect(await rig.record('viga')).toMatchObject({ license: null, receipts: [] });
    expect(rig.portal.calls.map(({ kind }) => kind)).toEqual(['deactivate']);
    await expect(rig.licenses.giveBack('viga')).rejects.toMatchObject({ code: 'not-licensed' });
  });

  test('without: gone here first, a receipt signed by this device, and told when there is one', async () => {
    await rig.licenses.installLicense(await rig.license());
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
    await becomes(async () => expect((await rig.record('viga'))?.receipts).toEqual([]));
    expect(rig.portal.calls.at(-1)).toMatchObject({ kind: 'deactivate', input: { receipt: receipt.jws } });
    await becomes(() => expect(rig.parts.state.get().returned).toEqual([]));
    expect(() => rig.licenses.receipt('viga')).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  test('a kept copy of the file is not taken in again, also after a restart; the next activation is', async () => {
    const jws = await rig.license();
    await rig.licenses.installLicense(jws);
    await rig.licenses.giveBack('viga');
    await expect(rig.licenses.installLicense(jws)).rejects.toMatchObject({ code: 'file-returned' });
    await rig.boot();
    await expect(rig.licenses.installLicense(jws)).rejects.toMatchObject({ code: 'file-returned' });
    expect(rig.licenses.status('viga')).toMatchObject({ permit: 'none' });
    await rig.licenses.installLicense(
      await rig.license({ activation: '0195b0a0-0000-7000-8000-000000000009' }),
    );
    expect(await rig.acquire(rig.use('viga'))).toMatchObject({ permit: 'full' });
  });

  test('a portal that refuses the receipt was not told: it is handed over, and shown again at a later start alone', async () => {
    rig.portal.activations.clear();
    await rig.licenses.installLicense(await rig.license());
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
    await becomes(async () => expect((await rig.record('viga'))?.receipts).toEqual([]));
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
