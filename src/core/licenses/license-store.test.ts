import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { createTestPorts, type TestPorts } from '../../../test/fakes/ports.ts';
import { expectMode } from '../../../test/support/expect-mode.ts';
import { createProcessLock } from '../lock/process-lock.ts';
import { createLicenseStore, type LicenseStore } from './license-store.ts';

const leaseId = '0195b0a0-0000-7000-8000-000000000003';
let ports: TestPorts;
let folder: string;
beforeEach(async () => {
  ports = await createTestPorts();
  folder = join(ports.paths.data, 'licenses');
});
afterEach(() => ports.remove());

const open = (): LicenseStore =>
  createLicenseStore({ folder, lock: createProcessLock(ports.paths.runtime), now: ports.clock.now });
const until = '2026-03-02T09:00:00.000Z';

test('what was written is read back, readable by this person alone', async () => {
  await open().update('viga', (record) => ({ ...record, releases: [{ leaseId, until }] }));
  const { records } = await open().load();
  expect(records).toMatchObject([{ product: 'viga', releases: [{ leaseId }] }]);
  await expectMode(join(folder, 'viga.json'), 0o600);
  await expectMode(folder, 0o700);
});

test('a record with nothing in it leaves no file', async () => {
  const store = open();
  await store.update('viga', (record) => ({ ...record, releases: [{ leaseId, until }] }));
  await store.update('viga', (record) => ({ ...record, releases: [] }));
  expect(await readdir(folder)).toEqual([]);
});

test('two processes that change the same record lose nothing', async () => {
  const stores = [open(), open()] as const;
  const id = (index: number) => `0195b0a0-0000-7000-8000-0000000000${String(index).padStart(2, '0')}`;
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      stores[index % 2 === 0 ? 0 : 1].update('viga', (record) => ({
        ...record,
        releases: [...record.releases, { leaseId: id(index), until }],
      })),
    ),
  );
  const { records } = await open().load();
  expect(records[0]?.releases).toHaveLength(20);
});

test('one file that the system does not let be read hides no other, is named, and stays', async () => {
  await open().update('viga', (record) => ({ ...record, releases: [{ leaseId, until }] }));
  await open().update('portico', (record) => ({ ...record, releases: [{ leaseId, until }] }));
  const store = createLicenseStore({
    folder,
    lock: createProcessLock(ports.paths.runtime),
    now: ports.clock.now,
    readText: (path) =>
      path.endsWith('portico.json')
        ? Promise.reject(Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }))
        : readFile(path, 'utf8'),
  });
  const { records, setAside } = await store.load();
  expect(records.map(({ product }) => product)).toEqual(['viga']);
  expect(setAside).toEqual([{ file: join(folder, 'portico.json'), code: 'file-unreadable' }]);
  expect(await store.hasLicense()).toBe(false);
  expect((await readdir(folder)).sort()).toEqual(['portico.json', 'viga.json']);
  await expect(store.update('portico', (record) => record)).rejects.toMatchObject({
    code: 'file-unreadable',
  });
});

describe('a file that says nothing', () => {
  test.each([
    ['empty', ''],
    ['cut', '{"format":1,"product":"vi'],
    ['another format', '{"format":2,"product":"viga"}'],
    [
      'another product',
      JSON.stringify({
        format: 1,
        product: 'portico',
        right: null,
        asking: null,
        releases: [],
        license: null,
        receipts: [],
      }),
    ],
    ['no JSON', '\u0000\u0001\u0002'],
  ])('%s: kept aside under a name of its own', async (_what, text) => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'viga.json'), text);
    const { records, setAside } = await open().load();
    expect(records).toEqual([]);
    const file = join(folder, 'viga.json.corrupt-2026-03-02T08-00-00-000Z');
    expect(setAside).toEqual([{ file, code: 'file-format' }]);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('is named at each start, until its product has a file again or a month went by', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'viga.json'), '');
    const { setAside } = await open().load();
    expect(await open().load()).toEqual({ records: [], setAside });
    expect(setAside).toHaveLength(1);
    await open().update('viga', (record) => ({ ...record, releases: [{ leaseId, until }] }));
    expect((await open().load()).setAside).toEqual([]);
    await open().update('viga', (record) => ({ ...record, releases: [] }));
    expect((await open().load()).setAside).toEqual(setAside);
    await ports.clock.advance(31 * 86_400_000);
    expect((await open().load()).setAside).toEqual([]);
  });

  test('says at later starts why it was kept aside', async () => {
    const store = open();
    await store.update('viga', (record) => ({ ...record, releases: [{ leaseId, until }] }));
    const kept = await store.setAside('viga', 'file-tampered');
    // Whoever dies here has lost nothing: the file is changed afterwards.
    expect((await open().load()).records).toHaveLength(1);
    await store.update('viga', (record) => ({ ...record, releases: [] }));
    expect((await open().load()).setAside).toEqual([kept]);
    expect(kept).toMatchObject({
      code: 'file-tampered',
      file: expect.stringContaining('viga.json.corrupt-'),
    });
  });

  test('is a folder: moved aside like any other', async () => {
    await mkdir(join(folder, 'viga.json'), { recursive: true });
    const { records, setAside } = await open().load();
    expect(records).toEqual([]);
    expect(setAside).toMatchObject([{ code: 'file-format' }]);
  });
});

test('a keychain that lost the device key: the old rights stay, are named for what they are, and make room for new ones', async () => {
  const rig = await createLicensingRig();
  await rig.acquire(rig.use('viga'));
  const old = await rig.record('viga');
  rig.ports.secrets.entries.delete('device-key');
  await rig.boot();
  expect(rig.licenses.status('viga')).toMatchObject({ permit: 'none' });
  expect(await rig.record('viga')).toEqual(old);
  expect(rig.parts.state.get().notices).toMatchObject([
    { code: 'file-wrong-device', data: { file: expect.stringMatching(/viga\.json$/) } },
  ]);
  expect(await rig.acquire(rig.use('viga'))).toMatchObject({ permit: 'full' });
  expect((await rig.record('viga'))?.right?.document).not.toBe(old?.right?.document);
  await rig.boot();
  expect(rig.licenses.status('viga')).toMatchObject({ permit: 'full' });
  expect(rig.parts.state.get().notices).toEqual([]);
  await rig.remove();
});

describe('a stored document that was changed', () => {
  let rig: LicensingRig;
  afterEach(() => rig.remove());
  test('is kept aside, named in a notice, and asked for again', async () => {
    rig = await createLicensingRig();
    await rig.acquire(rig.use('viga'));
    const path = join(rig.ports.paths.data, 'licenses', 'viga.json');
    const record = JSON.parse(await readFile(path, 'utf8'));
    const [header, payload, signature] = record.right.document.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    claims.exp += 86_400;
    record.right.document = [
      header,
      Buffer.from(JSON.stringify(claims)).toString('base64url'),
      signature,
    ].join('.');
    await writeFile(path, JSON.stringify(record));

    await rig.boot();
    expect(rig.licenses.status('viga')).toMatchObject({ permit: 'none' });
    expect(await rig.files()).toEqual([expect.stringMatching(/^viga\.json\.corrupt-/)]);
    expect(rig.parts.state.get().notices).toMatchObject([
      { code: 'file-tampered', data: { file: expect.stringContaining('viga.json.corrupt-') } },
    ]);
    expect(await rig.acquire(rig.use('viga'))).toMatchObject({ permit: 'full' });
  });
});

test('a file of a client that knew nothing of borrowing is read: nothing is lent until the portal says so', async () => {
  const right = {
    leaseId,
    kind: 'lease',
    document: 'a.b.c',
    renewedAt: until,
    renewAfter: 300,
    leaving: false,
  };
  const record = {
    format: 1,
    product: 'viga',
    right,
    asking: null,
    releases: [],
    license: null,
    receipts: [],
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'viga.json'), JSON.stringify(record));
  const { records, setAside } = await open().load();
  expect(setAside).toEqual([]);
  expect(records).toMatchObject([{ right: { borrowDays: 0, lapsedAt: null }, returned: [] }]);
});
