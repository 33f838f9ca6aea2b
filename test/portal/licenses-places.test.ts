import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Components, componentNames } from '../../src/contract/primitives.ts';
import { createStandaloneKey, type NewStandaloneKey } from '../../src/portal/services/keys.ts';
import { signedBy } from './devices.ts';
import { type LicensePortal, refusal, startLicensePortal } from './licenses-support.ts';
import { createTestDevice, days, type TestCompany, type TestDevice } from './support.ts';

const salt = 'c2FsdHNhbHRzYWx0c2E';
let portal: LicensePortal;
let company: TestCompany;
// A portal each: its signing keys last for a little more than a year.
beforeEach(async () => {
  portal = await startLicensePortal();
  company = (await portal.engineers(0)).company;
});
afterEach(() => portal.close());

async function newKey(change: Partial<NewStandaloneKey> = {}): Promise<string> {
  const given = { accountId: company.id, product: 'viga', deviceLimit: 1, ...change };
  const made = await portal.services.database.asService((tx) =>
    createStandaloneKey(tx, given, portal.clock.now()),
  );
  return made.key;
}

/** The hashes of a machine's parts, each named by where it comes from. */
function parts(origins: Partial<Record<(typeof componentNames)[number], string>>, rest = 'A'): Components {
  return Object.fromEntries(
    componentNames.map((name) => [
      name,
      createHash('sha256')
        .update(`${name} ${origins[name] ?? rest}`)
        .digest('hex'),
    ]),
  );
}

async function activate(key: string, device: TestDevice, components?: Components, withSalt = salt) {
  const description = components === undefined ? device.description : { ...device.description, components };
  const call = portal.client(device).licenses.activate({ key, device: description, salt: withSalt });
  return (await call).activation;
}

async function giveBack(right: string, device: TestDevice): Promise<void> {
  const claims = { jti: crypto.randomUUID(), iat: 0, right, kind: 'license' } as const;
  await portal.client().licenses.deactivate({ receipt: await signedBy(device, 'return-receipt', claims) });
}

describe('a place keeps its term', () => {
  test('given back and activated again by the same device it ends when it would have', async () => {
    const key = await newKey({ termDays: 365 });
    const device = createTestDevice();
    const first = await activate(key, device);
    portal.clock.advance(300 * days);
    await giveBack(first.id, device);
    const second = await activate(key, device);
    expect(second.id).not.toBe(first.id);
    expect(second.expiresAt).toBe(first.expiresAt);
  });

  test('another device takes it over with what is left, and the one after that too', async () => {
    const key = await newKey({ termDays: 365 });
    const devices = [createTestDevice(), createTestDevice(), createTestDevice()];
    const ends: (string | null)[] = [];
    for (const device of devices) {
      const { id, expiresAt } = await activate(key, device);
      ends.push(expiresAt);
      portal.clock.advance(30 * days);
      await giveBack(id, device);
    }
    expect(new Set(ends).size).toBe(1);
  });

  test('each returned place is taken over once, the one that ends first before the others; then a new one begins', async () => {
    const key = await newKey({ termDays: 365, deviceLimit: 3 });
    const [one, other] = [createTestDevice(), createTestDevice()];
    const first = await activate(key, one);
    portal.clock.advance(10 * days);
    const second = await activate(key, other);
    await giveBack(second.id, other);
    await giveBack(first.id, one);
    portal.clock.advance(10 * days);
    const until = new Date(portal.clock.now() + 365 * days).toISOString();
    const ends: (string | null)[] = [];
    for (let count = 0; count < 3; count++) ends.push((await activate(key, createTestDevice())).expiresAt);
    expect(ends).toEqual([first.expiresAt, second.expiresAt, until]);
    expect(await refusal(activate(key, createTestDevice()))).toMatchObject({ code: 'key-exhausted' });
  });

  test('whose term is over is used up, returned or not', async () => {
    const key = await newKey({ termDays: 365, deviceLimit: 2 });
    const device = createTestDevice();
    const returned = await activate(key, device);
    await activate(key, createTestDevice());
    await giveBack(returned.id, device);
    portal.clock.advance(365 * days);
    expect(await refusal(activate(key, device))).toMatchObject({ code: 'key-exhausted', data: { total: 2 } });
  });

  test('without a term of its own a place lasts as long as the key', async () => {
    const endsAt = portal.clock.now() + 1000 * days;
    const key = await newKey({ endsAt });
    const device = createTestDevice();
    const { id } = await activate(key, device);
    portal.clock.advance(300 * days);
    await giveBack(id, device);
    expect((await activate(key, createTestDevice())).expiresAt).toBe(new Date(endsAt).toISOString());
  });
});

describe('a device that comes with other parts', () => {
  /** What the audit says of this activation. */
  const entries = (id: string) =>
    portal.query<{ action: string; after: Record<string, unknown> }>(
      sql`select action, after from audit where account_id = ${company.id} and subject ->> 'id' = ${id} order by seq`,
    );

  test('is registered three times a year, each written down with what changed; the fourth is refused', async () => {
    const key = await newKey();
    const device = createTestDevice('OBRA-3');
    const { id } = await activate(key, device, parts({}, 'A'));
    for (const machine of ['B', 'C', 'D']) {
      portal.clock.advance(days);
      expect(await activate(key, device, parts({}, machine))).toMatchObject({ id });
    }
    const after = { device: 'OBRA-3', platform: 'linux', changed: [...componentNames] };
    expect(await entries(id)).toEqual([
      { action: 'license.activated', after: { device: 'OBRA-3', platform: 'linux' } },
      ...[1, 2, 3].map((times) => ({ action: 'license.rebound', after: { ...after, times } })),
    ]);
    const until = portal.clock.now() + 363 * days;
    expect(await refusal(activate(key, device, parts({}, 'E')))).toEqual({
      code: 'rebind-limit',
      data: { maximum: 3, until: new Date(until).toISOString() },
    });
    // The machine that it is by now goes on.
    expect(await refusal(activate(key, device, parts({}, 'D')))).toEqual({ code: 'ok' });
    portal.clock.advance(363 * days);
    expect(await refusal(activate(key, device, parts({}, 'E')))).toEqual({ code: 'ok' });
  });

  test('within what its license bears is the same device, as often as it comes', async () => {
    const key = await newKey();
    const device = createTestDevice();
    const { id } = await activate(key, device, parts({}));
    for (const board of ['B', 'C', 'D', 'E']) await activate(key, device, parts({ board }));
    expect(await entries(id)).toHaveLength(1);
  });

  test.each([
    ['hides them', {}, salt],
    ['hashes them with another salt', undefined, 'b3RoZXJvdGhlcm90aGU'],
  ])('and %s is another one as well', async (_how, components, withSalt) => {
    const key = await newKey();
    const device = createTestDevice();
    const { id } = await activate(key, device, parts({}));
    await activate(key, device, components ?? parts({}), withSalt);
    expect((await entries(id)).map(({ action }) => action)).toEqual(['license.activated', 'license.rebound']);
  });

  test('giving back in between does not begin anew', async () => {
    const key = await newKey();
    const device = createTestDevice();
    let { id } = await activate(key, device, parts({}, 'A'));
    for (const machine of ['B', 'C', 'D']) {
      portal.clock.advance(days);
      await giveBack(id, device);
      id = (await activate(key, device, parts({}, machine))).id;
    }
    portal.clock.advance(days);
    await giveBack(id, device);
    expect(await refusal(activate(key, device, parts({}, 'E')))).toMatchObject({ code: 'rebind-limit' });
  });
});
