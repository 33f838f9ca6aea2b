import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demonstrationKeys } from '../../src/portal/demonstration/access.ts';
import {
  createDemonstrationLicenses,
  type DemonstrationLicenses,
} from '../../src/portal/demonstration/licenses.ts';
import { publishDemonstrationReleases } from '../../src/portal/demonstration/releases.ts';
import { acquire, type LicensePortal, refusal, startLicensePortal } from './licenses-support.ts';
import { createTestDevice, testPassword } from './support.ts';

let folder: string;
let portal: LicensePortal;
let made: Awaited<ReturnType<LicensePortal['engineers']>>;
let licenses: DemonstrationLicenses;

const create = () =>
  portal.services.database.asService((tx) =>
    createDemonstrationLicenses(tx, portal.services, made.company.id),
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-demonstration-'));
  portal = await startLicensePortal({ settings: { releasesFolder: folder } });
  made = await portal.engineers(1);
  licenses = await create();
  await publishDemonstrationReleases(portal.services);
});
afterAll(async () => {
  await portal.close();
  await rm(folder, { recursive: true });
});

test('the keys can be told to anybody and stay the same', () => {
  expect(demonstrationKeys).toEqual({
    cloud: expect.stringMatching(/^ALD-/),
    standalone: expect.stringMatching(/^ALD-/),
  });
  expect(licenses.keys).toEqual(demonstrationKeys);
});

test('an engineer runs Viga and Zapata at once, and Pórtico with a seat', async () => {
  const [email = ''] = made.emails;
  const { client } = await portal.signIn(email, testPassword);
  expect((await acquire(client, 'viga')).kind).toBe('lease');
  expect((await acquire(client, 'zapata')).kind).toBe('lease');
  expect(await refusal(acquire(client, 'portico'))).toMatchObject({ code: 'no-seat-assigned' });
  await portal.assignSeat(made.company, licenses.pools.portico, email);
  expect((await acquire(client, 'portico')).kind).toBe('offline-pass');
});

test('both keys work', async () => {
  const client = await portal.enter(demonstrationKeys.cloud);
  expect((await client.licenses.products()).products.map(({ code }) => code)).toEqual(['viga', 'zapata']);
  const device = createTestDevice();
  const input = { key: demonstrationKeys.standalone, device: device.description, salt: 'c2FsdA' };
  expect((await portal.client(device).licenses.activate(input)).activation.product).toBe('viga');
});

test('A16: three programs for three systems can be downloaded, of several megabytes each', async () => {
  const { client } = await portal.signIn(made.emails[0] ?? '', testPassword);
  const { releases } = await client.licenses.releases({});
  expect(releases).toHaveLength(9);
  expect(releases.filter(({ size }) => size < 4_000_000)).toEqual([]);
});

test('a second start changes nothing', async () => {
  const count = () =>
    portal.query(sql`select (select count(*) from pool)::int as pools, (select count(*) from license_key)::int as keys,
      (select string_agg(sha256, ' ' order by id) from release) as files`);
  const before = await count();
  expect(await create()).toEqual(licenses);
  await publishDemonstrationReleases(portal.services);
  expect(await count()).toEqual(before);
});

test('where the files were lost they are made again, under what is listed', async () => {
  const before = (await readdir(folder)).sort();
  await rm(join(folder, before[0] ?? ''));
  await publishDemonstrationReleases(portal.services);
  expect((await readdir(folder)).sort()).toEqual(before);
});
