import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseArmor } from '../../src/domain/documents/index.ts';
import { formatLicenseKey, licenseKeyRandomBytes } from '../../src/domain/license-key.ts';
import { createStandaloneKey, type NewStandaloneKey, revokeKey } from '../../src/portal/services/keys.ts';
import { signedBy } from './devices.ts';
import { type LicensePortal, refusal, startLicensePortal } from './licenses-support.ts';
import { createTestDevice, days, type TestCompany, type TestDevice } from './support.ts';

const salt = 'c2FsdHNhbHRzYWx0c2E';
let portal: LicensePortal;
let company: TestCompany;

beforeAll(async () => {
  portal = await startLicensePortal();
  company = (await portal.engineers(0)).company;
});
afterAll(() => portal.close());

function newKey(change: Partial<NewStandaloneKey> = {}): Promise<{ id: string; key: string }> {
  const given = { accountId: company.id, product: 'viga', deviceLimit: 1, ...change };
  return portal.services.database.asService((tx) => createStandaloneKey(tx, given, portal.clock.now()));
}

function activate(key: string, device: TestDevice = createTestDevice()) {
  return portal.client(device).licenses.activate({ key, device: device.description, salt });
}

function requestFile(key: string, device: TestDevice): Promise<string> {
  const { name, platform, components } = device.description;
  const claims = { jti: randomUUID(), iat: 0, key, device: { name, platform, components, salt } };
  return signedBy(device, 'activation-request', claims);
}

function receipt(right: string, device: TestDevice, kind: 'license' | 'lease' = 'license'): Promise<string> {
  return signedBy(device, 'return-receipt', { jti: randomUUID(), iat: 0, right, kind });
}

async function placesTaken(keyId: string): Promise<number> {
  const [count] = await portal.query<{ n: number }>(
    sql`select count(*)::int as n from activation where key_id = ${keyId} and ended_at is null`,
  );
  return count?.n ?? -1;
}

describe('with network', () => {
  test('A19: a key puts a license on this device, for as long as it says', async () => {
    const { key } = await newKey({ termDays: 365, versionTo: '2026', features: ['eurocode'], graceDays: 7 });
    const device = createTestDevice('OBRA-3');
    const { activation, document } = await activate(` ${key.toLowerCase().replaceAll('-', ' ')}`, device);
    const until = portal.clock.now() + 365 * days;
    expect(activation).toMatchObject({
      product: 'viga',
      deviceName: 'OBRA-3',
      activatedAt: new Date(portal.clock.now()).toISOString(),
      expiresAt: new Date(until).toISOString(),
    });
    expect(portal.verified(document, device)).toMatchObject({
      kind: 'license',
      claims: {
        account: company.id,
        aud: 'viga',
        versions: { to: '2026' },
        features: ['eurocode'],
        cnf: { jkt: device.thumbprint },
        exp: until / 1000,
        activation: activation.id,
        components: device.description.components,
        salt,
        graceDays: 7,
      },
    });
  });

  test('ends with the key when that is sooner, and never when neither ends', async () => {
    const endsAt = portal.clock.now() + 10 * days;
    const ending = await activate((await newKey({ termDays: 365, endsAt })).key);
    expect(ending.activation.expiresAt).toBe(new Date(endsAt).toISOString());
    const perpetual = await activate((await newKey()).key);
    expect(perpetual.activation.expiresAt).toBeNull();
    expect(portal.verified(perpetual.document).claims).not.toHaveProperty('exp');
  });

  test('the same device again is the same activation, with a newer document', async () => {
    const { id, key } = await newKey();
    const device = createTestDevice();
    const [first, second] = [await activate(key, device), await activate(key, device)];
    expect(second.activation).toEqual(first.activation);
    expect(portal.verified(second.document).claims.seq).toBe(portal.verified(first.document).claims.seq + 1);
    expect(await placesTaken(id)).toBe(1);
  });

  test('as many devices as the key says, at any concurrency', async () => {
    const { id, key } = await newKey({ deviceLimit: 5 });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => refusal(activate(key))));
    const codes = outcomes.map(({ code }) => code).sort();
    expect(codes).toEqual([...Array(15).fill('key-exhausted'), ...Array(5).fill('ok')]);
    expect(outcomes.find(({ code }) => code === 'key-exhausted')?.data).toEqual({
      total: 5,
      product: 'Viga',
    });
    expect(await placesTaken(id)).toBe(5);
  });

  test('is written to the audit, without the key', async () => {
    const { id, key } = await newKey();
    const { activation } = await activate(key, createTestDevice('OBRA-9'));
    const [entry] = await portal.query(
      sql`select actor, subject, after from audit where account_id = ${company.id} and action = 'license.activated'
        and subject ->> 'id' = ${activation.id}`,
    );
    expect(entry).toEqual({
      actor: { kind: 'key', id },
      subject: { kind: 'activation', id: activation.id, product: 'viga' },
      after: { device: 'OBRA-9', platform: 'linux' },
    });
    const stored = await portal.query(sql`select * from license_key where id = ${id}`);
    expect(JSON.stringify([stored, portal.logLines])).not.toContain(key.slice(10));
    expect(stored).toMatchObject([{ prefix: key.slice(0, 9) }]);
  });

  test('an unknown, mistyped, ended, revoked or cloud key is refused alike', async () => {
    const ended = await newKey({ endsAt: portal.clock.now() });
    const revoked = await newKey();
    await portal.services.database.asService((tx) =>
      revokeKey(tx, company.id, revoked.id, portal.clock.now()),
    );
    const poolId = await portal.addPool({
      accountId: company.id,
      product: 'viga',
      kind: 'floating',
      total: 1,
    });
    const cloud = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] });
    const unknown = formatLicenseKey(new Uint8Array(22));
    for (const key of [unknown, 'hello', `${ended.key.slice(0, -1)}-`, ended.key, revoked.key, cloud.key])
      expect(await refusal(activate(key))).toEqual({ code: 'key-invalid', data: undefined });
    const device = createTestDevice();
    const standalone = await newKey();
    const entered = portal
      .client(device)
      .sessions.withKey({ key: standalone.key, device: device.description });
    expect(await refusal(entered)).toMatchObject({ code: 'key-invalid' });
  });

  test('for another device than the one that proves itself is refused', async () => {
    const { key } = await newKey();
    const device = createTestDevice();
    const call = portal
      .client(createTestDevice())
      .licenses.activate({ key, device: device.description, salt });
    expect(await refusal(call)).toMatchObject({ code: 'proof-invalid' });
  });

  test('wrong keys keep nobody at their address from entering a right one, and write nothing', async () => {
    const device = createTestDevice();
    const wrong = () => formatLicenseKey(randomBytes(licenseKeyRandomBytes));
    const enter = (key: string) =>
      portal.client(device).sessions.withKey({ key, device: device.description });
    for (let time = 0; time < 35; time++)
      for (const attempt of [() => activate(wrong(), device), () => enter(wrong())])
        expect(await refusal(attempt())).toMatchObject({ code: 'key-invalid' });
    expect(await refusal(activate((await newKey()).key, device))).toEqual({ code: 'ok' });
    expect(await portal.query(sql`select key from rate_limit`)).toEqual([]);
  });
});

describe('without network, by files', () => {
  test('a request becomes a license file that is read and verified', async () => {
    const { key } = await newKey();
    const device = createTestDevice('Portátil de Óscar');
    const answer = await portal
      .client()
      .licenses.activateOffline({ request: await requestFile(key, device) });
    expect(answer.fileName).toBe('viga-Portatil-de-Oscar.aldaba-license');
    const file = parseArmor(answer.file);
    if (!file.ok) throw new Error(file.detail);
    expect(file.value).toMatchObject({
      jws: answer.document,
      headers: {
        Company: expect.stringContaining('Empresa'),
        Product: 'Viga',
        Device: 'Portátil de Óscar',
        Expires: 'never',
      },
    });
    expect(portal.verified(file.value.jws, device)).toMatchObject({
      kind: 'license',
      claims: { activation: answer.activation.id },
    });
  });

  test('is the same activation as online, however often the request comes', async () => {
    const { id, key } = await newKey();
    const device = createTestDevice();
    const request = await requestFile(key, device);
    const client = portal.client();
    const ids = [
      (await activate(key, device)).activation.id,
      (await client.licenses.activateOffline({ request })).activation.id,
      (await client.licenses.activateOffline({ request })).activation.id,
    ];
    expect(new Set(ids).size).toBe(1);
    expect(await placesTaken(id)).toBe(1);
  });

  test('a request that is damaged, signed by another, or something else says which', async () => {
    const { key } = await newKey();
    const [device, other] = [createTestDevice(), createTestDevice()];
    const request = await requestFile(key, device);
    const [header = '', payload = '', signature = ''] = request.split('.');
    const [otherHeader = ''] = (await requestFile(key, other)).split('.');
    const flipped = payload.replace(/^./, (first) => (first === 'e' ? 'f' : 'e'));
    const cases: [string, string][] = [
      [`${header}.${flipped}.${signature}`, 'file-tampered'],
      [`${otherHeader}.${payload}.${signature}`, 'file-tampered'],
      [request.slice(0, -10), 'file-truncated'],
      [await receipt(randomUUID(), device), 'file-wrong-kind'],
      [(await activate(key, device)).document, 'file-foreign-key'],
    ];
    for (const [jws, detail] of cases)
      expect(await refusal(portal.client().licenses.activateOffline({ request: jws }))).toEqual({
        code: 'request-file-invalid',
        data: { detail },
      });
  });

  test('refuses a wrong key and a full one as online', async () => {
    const { key } = await newKey();
    await activate(key);
    const offline = async (text: string) =>
      refusal(
        portal.client().licenses.activateOffline({ request: await requestFile(text, createTestDevice()) }),
      );
    expect(await offline(key)).toMatchObject({ code: 'key-exhausted' });
    expect(await offline('ALD-nothing')).toMatchObject({ code: 'key-invalid' });
  });
});

describe('giving back', () => {
  test('what the license names as its activation makes room for another device', async () => {
    const { key } = await newKey();
    const device = createTestDevice();
    const { claims } = portal.verified((await activate(key, device)).document, device);
    if (!('activation' in claims)) throw new Error('not a license');
    const give = async (right: string) =>
      refusal(portal.client().licenses.deactivate({ receipt: await receipt(right, device) }));
    expect(await give(claims.jti)).toMatchObject({ code: 'not-found' });
    expect(await refusal(activate(key))).toMatchObject({ code: 'key-exhausted' });
    expect(await give(claims.activation)).toEqual({ code: 'ok' });
    expect(await refusal(activate(key))).toEqual({ code: 'ok' });
  });

  test('frees the place once, by a receipt that the device signed', async () => {
    const { id, key } = await newKey();
    const device = createTestDevice();
    const { activation } = await activate(key, device);
    const paper = await receipt(activation.id, device);
    await portal.client().licenses.deactivate({ receipt: paper });
    expect(await placesTaken(id)).toBe(0);
    await portal.client().licenses.deactivate({ receipt: paper });

    // The old receipt says nothing of a later activation of the same device.
    const again = await activate(key, device);
    expect(again.activation.id).not.toBe(activation.id);
    await portal.client().licenses.deactivate({ receipt: paper });
    expect(await placesTaken(id)).toBe(1);
    const entries = await portal.query(
      sql`select subject ->> 'id' as id from audit where account_id = ${company.id} and action = 'license.returned'
        and subject ->> 'id' = ${activation.id}`,
    );
    expect(entries).toHaveLength(1);
  });

  test('by another device, of an unknown activation, or by a receipt of something else is refused', async () => {
    const { id, key } = await newKey();
    const device = createTestDevice();
    const { activation } = await activate(key, device);
    const give = async (jws: Promise<string>) =>
      refusal(portal.client().licenses.deactivate({ receipt: await jws }));
    expect(await give(receipt(activation.id, createTestDevice()))).toMatchObject({ code: 'not-found' });
    expect(await give(receipt(randomUUID(), device))).toMatchObject({ code: 'not-found' });
    expect(await give(receipt(activation.id, device, 'lease'))).toEqual({
      code: 'request-file-invalid',
      data: { detail: 'file-wrong-kind' },
    });
    expect(await give(requestFile(key, device))).toMatchObject({ code: 'request-file-invalid' });
    expect(await placesTaken(id)).toBe(1);
  });
});
