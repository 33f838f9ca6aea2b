import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyRelease } from '../../src/domain/documents/index.ts';
import { type NewRelease, publishRelease } from '../../src/portal/releases/publish-release.ts';
import { documentCrypto as crypto } from '../support/documents.ts';
import { type LicensePortal, refusal, startLicensePortal } from './licenses-support.ts';
import { minutes, type TestSession, testPassword } from './support.ts';

const content = randomBytes(300_000);
const installer: NewRelease = {
  product: 'viga',
  version: '2026.1',
  platform: 'linux',
  fileName: 'Viga 2026.1 (español).run',
  notes: 'Primera del año.',
};

let folder: string;
let portal: LicensePortal;
let engineer: TestSession;
let releaseId: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-releases-'));
  portal = await startLicensePortal({ settings: { releasesFolder: join(folder, 'files') } });
  releaseId = (await publishRelease(portal.services, inPieces(content), installer)).id;
  await publishRelease(portal.services, inPieces(randomBytes(10)), { ...installer, product: 'zapata' });
  const { company, emails } = await portal.engineers(1);
  await portal.addPool({ accountId: company.id, product: 'viga', kind: 'floating', total: 1 });
  engineer = await portal.signIn(emails[0] ?? '', testPassword);
});
afterAll(async () => {
  await portal.close();
  await rm(folder, { recursive: true });
});

function* inPieces(bytes: Buffer, length = 65_536) {
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}

async function download(headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  const { path } = await engineer.client.licenses.downloadLink({ id: releaseId });
  return fetch(portal.url + path, { headers, method });
}

async function bodyOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

const etag = `"${createHash('sha256').update(content).digest('hex')}"`;

describe('A16: an engineer', () => {
  test('sees the releases of the company’s products, each signed by a key of the vendor', async () => {
    const { products } = await engineer.client.licenses.products();
    expect(products).toEqual([{ code: 'viga', name: 'Viga', summary: '' }]);
    const { releases } = await engineer.client.licenses.releases({});
    expect(releases).toMatchObject([
      {
        id: releaseId,
        product: 'viga',
        productName: 'Viga',
        version: '2026.1',
        platform: 'linux',
        channel: 'stable',
        fileName: 'Viga 2026.1 (español).run',
        size: content.length,
        sha256: etag.slice(1, -1),
        notes: 'Primera del año.',
      },
    ]);
    const [release] = releases;
    const rootKeys = [portal.services.keys.rootKey];
    expect(release !== undefined && verifyRelease(release, { crypto, rootKeys })).toBe(true);
    expect((await engineer.client.licenses.releases({ platform: 'windows' })).releases).toEqual([]);
    expect((await engineer.client.licenses.releases({ product: 'viga' })).releases).toHaveLength(1);
  });

  test('downloads the file', async () => {
    const response = await download();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      etag,
      'accept-ranges': 'bytes',
      'content-length': String(content.length),
      'content-type': 'application/octet-stream',
      'content-disposition':
        'attachment; filename="Viga 2026.1 (espanol).run"; filename*=UTF-8\'\'Viga%202026.1%20%28espa%C3%B1ol%29.run',
      'cache-control': 'private, no-store, no-transform',
      'x-content-type-options': 'nosniff',
    });
    expect((await bodyOf(response)).equals(content)).toBe(true);
  });

  test('goes on where a download was cut, with the same address', async () => {
    const { path } = await engineer.client.licenses.downloadLink({ id: releaseId });
    const parts: Buffer[] = [];
    for (const from of [0, 100_000, 200_000]) {
      const range = `bytes=${from}-${from === 200_000 ? '' : from + 99_999}`;
      const response = await fetch(portal.url + path, { headers: { range, 'if-range': etag } });
      expect(response.status).toBe(206);
      expect(response.headers.get('content-range')).toBe(`bytes ${from}-${from + 99_999}/300000`);
      expect(response.headers.get('content-length')).toBe('100000');
      parts.push(await bodyOf(response));
    }
    expect(Buffer.concat(parts).equals(content)).toBe(true);
  });

  test('gets the whole file when it is not the one begun', async () => {
    const other = { range: 'bytes=100-', 'if-range': '"another"' };
    const response = await download(other);
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toHaveLength(content.length);
  });

  test('gets the whole file for several ranges, and a refusal behind its end', async () => {
    expect((await download({ range: 'bytes=0-1,5-6' })).status).toBe(200);
    const behind = await download({ range: 'bytes=300000-' });
    expect(behind.status).toBe(416);
    expect(behind.headers.get('content-range')).toBe('bytes */300000');
    expect(await bodyOf(behind)).toHaveLength(0);
  });

  test('asks what there is without taking it', async () => {
    const head = await download({}, 'HEAD');
    expect(head.status).toBe(200);
    expect(head.headers.get('content-length')).toBe(String(content.length));
    const part = await download({ range: 'bytes=-5' }, 'HEAD');
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe('bytes 299995-299999/300000');
    const known = await download({ 'if-none-match': etag });
    expect(known.status).toBe(304);
  });

  test('a closed connection leaves the portal well', async () => {
    const { path } = await engineer.client.licenses.downloadLink({ id: releaseId });
    const stop = new AbortController();
    const response = await fetch(portal.url + path, { signal: stop.signal });
    stop.abort();
    await expect(response.arrayBuffer()).rejects.toThrow();
    expect((await download()).status).toBe(200);
  });
});

describe('is refused', () => {
  test('an address that is ten minutes old, made up, or of another release', async () => {
    const link = await engineer.client.licenses.downloadLink({ id: releaseId });
    expect(Date.parse(link.expiresAt)).toBe(portal.clock.now() + 10 * minutes);
    const invented = await fetch(
      portal.url + link.path.replace(/\/files\/[^/]+/, `/files/${'A'.repeat(43)}`),
    );
    expect([invented.status, await invented.json()]).toMatchObject([404, { code: 'not-found' }]);
    portal.clock.advance(10 * minutes);
    const old = await fetch(portal.url + link.path);
    expect([old.status, await old.json()]).toMatchObject([410, { code: 'link-expired' }]);
    await engineer.refresh();
  });

  test('what is stored of an address opens nothing', async () => {
    await engineer.client.licenses.downloadLink({ id: releaseId });
    const [stored] = await portal.query<{ hash: string }>(
      sql`select encode(token_hash, 'hex') as hash from download_link limit 1`,
    );
    expect((await fetch(`${portal.url}/files/${stored?.hash}/x`)).status).toBe(404);
  });

  test('a release of a product that the company has not, and one that does not exist', async () => {
    const [zapata] = await portal.query<{ id: string }>(
      sql`select id from release where product_code = 'zapata'`,
    );
    for (const id of [zapata?.id ?? '', randomUUID()])
      expect(await refusal(engineer.client.licenses.downloadLink({ id }))).toMatchObject({
        code: 'not-found',
      });
  });

  test('without the permission to download: finance sees the programs and takes none', async () => {
    const company = await portal.company('Descargas', [
      { email: 'finanzas@descargas.example', role: 'finance', password: testPassword },
    ]);
    await portal.addPool({ accountId: company.id, product: 'viga', kind: 'named', total: 1 });
    const finance = await portal.signIn('finanzas@descargas.example', testPassword);
    expect((await finance.client.licenses.releases({})).releases).toHaveLength(1);
    const link = () => refusal(finance.client.licenses.downloadLink({ id: releaseId }));
    expect(await link()).toMatchObject({ code: 'forbidden' });
    await portal.query(
      sql`update role set permissions = array['account:read'] where account_id = ${company.id} and key = 'finance'`,
    );
    expect(await link()).toMatchObject({ code: 'forbidden' });
    expect(await refusal(finance.client.licenses.products())).toMatchObject({ code: 'forbidden' });
    expect(await refusal(finance.client.licenses.releases({}))).toMatchObject({ code: 'forbidden' });
  });
});

describe('publishing', () => {
  test('the same file again changes nothing; another file in its place is refused', async () => {
    const again = await publishRelease(portal.services, inPieces(content, 7_000), installer);
    expect(again.id).toBe(releaseId);
    await expect(publishRelease(portal.services, inPieces(Buffer.from('other')), installer)).rejects.toThrow(
      'published with another file',
    );
    const files = await readdir(join(folder, 'files'));
    expect(files.filter((name) => !/^[0-9a-f]{64}$/.test(name))).toEqual([]);
  });

  test('a file that breaks off leaves nothing behind', async () => {
    const before = await readdir(join(folder, 'files'));
    function* broken() {
      yield Buffer.from('half');
      throw new Error('the disk was pulled out');
    }
    await expect(
      publishRelease(portal.services, broken(), { ...installer, version: '2026.2' }),
    ).rejects.toThrow('pulled out');
    expect(await readdir(join(folder, 'files'))).toEqual(before);
  });

  test('what a process that was killed left of one is gone a day later', async () => {
    const incoming = async () =>
      (await readdir(join(folder, 'files'))).filter((name) => name.startsWith('incoming-'));
    for (const name of ['incoming-old', 'incoming-new']) await writeFile(join(folder, 'files', name), 'half');
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    await utimes(join(folder, 'files/incoming-old'), yesterday, yesterday);
    await publishRelease(portal.services, inPieces(content), installer);
    expect(await incoming()).toEqual(['incoming-new']);
    await rm(join(folder, 'files/incoming-new'));
  });

  test('a name with a path in it is refused', async () => {
    for (const fileName of ['../viga.run', 'a/b.run', '.run', 'viga"x.run', 'viga\n.run'])
      await expect(
        publishRelease(portal.services, inPieces(content), { ...installer, fileName }),
      ).rejects.toThrow();
  });

  test('an empty file is served as one', async () => {
    const { id } = await publishRelease(portal.services, inPieces(Buffer.alloc(0)), {
      ...installer,
      version: '2026.3',
    });
    const { path } = await engineer.client.licenses.downloadLink({ id });
    const response = await fetch(portal.url + path);
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '0']);
  });
});
