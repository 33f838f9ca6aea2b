import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, type RunningCore } from '../../../test/fakes/core-rig.ts';
import { createSigner } from '../../../test/support/documents.ts';
import { needs } from '../../../test/support/skip.ts';
import type { Release } from '../../contract/portal/licenses.ts';
import { releaseSigningInput } from '../../domain/documents/index.ts';

let rig: CoreRig;
let running: RunningCore;
const content = randomBytes(300_000);

beforeEach(async () => {
  rig = await createCoreRig();
  running = await rig.start();
  await rig.signIn(running);
});
afterEach(() => rig.remove());

const downloads = (core = running) => core.core.state.get().downloads;
const stateOf = (core = running) => downloads(core)[0]?.state;
const settled = (state: string, core = running) =>
  expect.poll(() => stateOf(core), { timeout: 5000 }).toBe(state);
/** Time passes until so many bytes are shown. */
const received = (bytes: number) =>
  expect
    .poll(async () => {
      await rig.clock.advance(250);
      return downloads()[0]?.received;
    })
    .toBe(bytes);
const folder = () => readdir(rig.paths.downloads).catch(() => []);

/** The portal's answers to file requests pass through here: `cut` lets so many bytes through and then breaks, or holds. */
function holdFilesAt(bytes: number, then: 'break' | 'hold'): { from: string[]; release(): void } {
  const from: string[] = [];
  let release = () => {};
  const open = new Promise<void>((resolve) => {
    release = resolve;
  });
  rig.portal.line.after = async (request, response) => {
    if (!request.url.includes('/files/')) return undefined;
    from.push(request.headers.get('range') ?? 'all');
    const whole = new Uint8Array(await response.arrayBuffer());
    let sent = false;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        request.signal.addEventListener('abort', () => controller.error(request.signal.reason));
      },
      async pull(controller) {
        if (!sent) {
          sent = true;
          controller.enqueue(whole.subarray(0, bytes));
          return;
        }
        if (then === 'break') throw new TypeError('terminated');
        await open;
        if (request.signal.aborted) return;
        if (bytes < whole.length) controller.enqueue(whole.subarray(bytes));
        controller.close();
      },
    });
    return new Response(body, { status: response.status, headers: response.headers });
  };
  return { from, release };
}

describe('downloads', () => {
  test('A16: a program arrives whole, is checked, gets its name and opens', async () => {
    const release = rig.portal.publish(content);
    expect(await running.client.programs.list()).toMatchObject({
      releases: [{ id: release.id, fileName: release.fileName }],
    });
    await running.client.programs.download({ releaseId: release.id });
    await settled('ready');
    const path = join(rig.paths.downloads, release.fileName);
    expect(downloads()[0]).toMatchObject({
      received: content.length,
      size: content.length,
      path,
      problem: null,
    });
    expect(await readFile(path)).toEqual(content);
    expect(await folder()).toEqual([release.fileName]);
    expect((await stat(path)).mode & 0o111, 'an installer can be run').not.toBe(0);
    await running.client.programs.open({ releaseId: release.id });
    await running.client.programs.showInFolder({ releaseId: release.id });
    expect(rig.opener).toMatchObject({ files: [path], folders: [path] });
  });

  test('progress: bytes so far and a rate; paused it stands still and goes on where it was', async () => {
    const release = rig.portal.publish(content);
    const line = holdFilesAt(100_000, 'hold');
    await running.client.programs.download({ releaseId: release.id });
    await received(100_000);
    expect(downloads()[0]).toMatchObject({ state: 'downloading', size: content.length, path: null });
    expect(downloads()[0]?.rate).toBeGreaterThan(0);
    await running.client.programs.pause({ releaseId: release.id });
    expect(downloads()[0]).toMatchObject({ state: 'paused', received: 100_000, rate: 0 });
    await expect(running.client.programs.open({ releaseId: release.id })).rejects.toMatchObject({
      code: 'open-failed',
    });
    rig.portal.line.after = null;
    await running.client.programs.resume({ releaseId: release.id });
    await settled('ready');
    expect(line.from).toEqual(['all']);
    expect(await readFile(join(rig.paths.downloads, release.fileName))).toEqual(content);
  });

  test('a connection that breaks is gone on with by itself, from the byte where it broke', async () => {
    const release = rig.portal.publish(content);
    const line = holdFilesAt(70_000, 'break');
    await running.client.programs.download({ releaseId: release.id });
    await expect
      .poll(
        async () => {
          await rig.clock.advance(30_000);
          return stateOf();
        },
        { timeout: 5000 },
      )
      .toBe('ready');
    expect(line.from).toEqual(['all', 'bytes=70000-', 'bytes=140000-', 'bytes=210000-', 'bytes=280000-']);
    expect(await readFile(join(rig.paths.downloads, release.fileName))).toEqual(content);
  });

  test('it survives the process, and goes on at the next contact with the portal', async () => {
    const release = rig.portal.publish(content);
    holdFilesAt(123_456, 'hold');
    await running.client.programs.download({ releaseId: release.id });
    await received(123_456);
    await running.core.stop();
    const line = holdFilesAt(Number.POSITIVE_INFINITY, 'hold');
    line.release();
    const again = await rig.start();
    expect(downloads(again)[0]).toMatchObject({ state: 'paused', received: 123_456 });
    await again.client.people.listRoles();
    await settled('ready', again);
    expect(line.from).toEqual(['bytes=123456-']);
    const third = await rig.start();
    expect(downloads(third)[0]).toMatchObject({ state: 'ready' });
  });

  test('a part that a crash spoiled is noticed by the checksum and fetched again', async () => {
    const release = rig.portal.publish(content);
    holdFilesAt(100_000, 'hold');
    await running.client.programs.download({ releaseId: release.id });
    await received(100_000);
    await running.client.programs.pause({ releaseId: release.id });
    rig.portal.line.after = null;
    await writeFile(join(rig.paths.downloads, `${release.fileName}.part`), Buffer.alloc(100_000));
    await running.client.programs.resume({ releaseId: release.id });
    await settled('failed');
    expect(downloads()[0]).toMatchObject({ problem: { code: 'download-checksum' }, received: 0 });
    expect(await folder()).toEqual([]);
    await running.client.programs.resume({ releaseId: release.id });
    await settled('ready');
  });

  test('two processes do not write to the same part', async () => {
    const release = rig.portal.publish(content);
    const line = holdFilesAt(100_000, 'hold');
    const other = await rig.start();
    await running.client.programs.download({ releaseId: release.id });
    await received(100_000);
    await other.client.programs.download({ releaseId: release.id });
    await settled('failed', other);
    expect(downloads(other)[0]).toMatchObject({ problem: { code: 'already-running' } });
    line.release();
    await settled('ready');
    expect(await readFile(join(rig.paths.downloads, release.fileName))).toEqual(content);
  });

  test('cancelled, it leaves nothing behind', async () => {
    const release = rig.portal.publish(content);
    holdFilesAt(100_000, 'hold');
    await running.client.programs.download({ releaseId: release.id });
    await received(100_000);
    await running.client.programs.cancel({ releaseId: release.id });
    expect(downloads()).toEqual([]);
    expect(await folder()).toEqual([]);
    expect((await rig.start()).core.state.get().downloads).toEqual([]);
  });

  test('several of one instant: each release once, each file by its own name', async () => {
    const one = rig.portal.publish(content);
    const other = rig.portal.publish(randomBytes(1000), { fileName: one.fileName });
    await running.client.programs.list();
    const { download } = running.client.programs;
    await Promise.all([one, one, other].map(({ id }) => download({ releaseId: id })));
    await expect
      .poll(() => downloads().map(({ state }) => state), { timeout: 5000 })
      .toEqual(['ready', 'ready']);
    expect(await readFile(join(rig.paths.downloads, one.fileName))).toEqual(content);
    expect((await folder()).length).toBe(2);
  });

  test('the beginning of somebody else’s file is not taken for ours', async () => {
    const release = rig.portal.publish(content);
    await mkdir(rig.paths.downloads, { recursive: true });
    const foreign = join(rig.paths.downloads, `${release.fileName}.part`);
    await writeFile(foreign, 'de otro programa');
    await running.client.programs.download({ releaseId: release.id });
    await settled('ready');
    expect(await readFile(foreign, 'utf8')).toBe('de otro programa');
  });

  test('never over a file that is already there', async () => {
    const release = rig.portal.publish(content, { fileName: 'viga.tar.gz' });
    await running.client.programs.list();
    await running.ports.settings.update({ downloadFolder: rig.paths.data });
    await writeFile(join(rig.paths.data, 'viga.tar.gz'), 'mine');
    await running.client.programs.download({ releaseId: release.id });
    await settled('ready');
    expect(downloads()[0]?.path).toBe(join(rig.paths.data, 'viga (2).tar.gz'));
    expect(await readFile(join(rig.paths.data, 'viga.tar.gz'), 'utf8')).toBe('mine');
  });
});

describe('what is not what was published', () => {
  async function failing(release: Release) {
    await running.client.programs.download({ releaseId: release.id });
    await settled('failed');
    const [download] = downloads();
    expect(download?.path).toBeNull();
    await expect(running.client.programs.open({ releaseId: release.id })).rejects.toMatchObject({
      code: 'open-failed',
    });
    expect(rig.opener.files).toEqual([]);
    return download?.problem?.code;
  }

  test('other bytes', async () => {
    const release = rig.portal.publish(content);
    const other = Buffer.from(content);
    other[150_000] = (other[150_000] ?? 0) ^ 1;
    rig.portal.files.set(release.id, { content: other, etag: '"x"' });
    expect(await failing(release)).toBe('download-checksum');
    expect(await folder()).toEqual([]);
  });

  test('bytes and checksum exchanged together, without the vendor’s signature', async () => {
    const other = randomBytes(content.length);
    const sha256 = createHash('sha256').update(other).digest('hex');
    const release = rig.portal.publish(content, { sha256 });
    rig.portal.files.set(release.id, { content: other, etag: '"x"' });
    expect(await failing(release)).toBe('download-signature');
    expect(await folder()).toEqual([]);
  });

  test('signed by a key that no root certified', async () => {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const fileName = 'viga.run';
    const stranger = createSigner();
    const signed = await stranger.sign(
      Buffer.from(releaseSigningInput({ sha256, size: content.length, fileName })),
    );
    const release = rig.portal.publish(content, {
      fileName,
      signature: Buffer.from(signed).toString('base64url'),
    });
    expect(await failing(release)).toBe('download-signature');
  });

  test('the signature of another name', async () => {
    const first = rig.portal.publish(content, { fileName: 'viga.run' });
    const release = rig.portal.publish(content, { fileName: 'zapata.run', signature: first.signature });
    expect(await failing(release)).toBe('download-signature');
  });

  test('a file of another length', async () => {
    const release = rig.portal.publish(content);
    rig.portal.files.set(release.id, { content: content.subarray(1), etag: '"x"' });
    expect(await failing(release)).toBe('download-changed');
  });

  test('a file that changes between two parts starts again from its first byte', async () => {
    const release = rig.portal.publish(content);
    holdFilesAt(100_000, 'hold');
    await running.client.programs.download({ releaseId: release.id });
    await received(100_000);
    await running.client.programs.pause({ releaseId: release.id });
    rig.portal.line.after = null;
    rig.portal.files.set(release.id, { content, etag: '"another"' });
    await running.client.programs.resume({ releaseId: release.id });
    await settled('ready');
  });

  test('a new file under the same release is fetched by what is published now', async () => {
    const release = rig.portal.publish(content);
    holdFilesAt(100_000, 'hold');
    await running.client.programs.download({ releaseId: release.id });
    await received(100_000);
    await running.client.programs.pause({ releaseId: release.id });
    rig.portal.line.after = null;
    const newer = randomBytes(200_000);
    rig.portal.releases.length = 0;
    rig.portal.publish(newer, { id: release.id });
    await running.client.programs.resume({ releaseId: release.id });
    await settled('failed');
    expect(downloads()[0]?.problem?.code).toBe('download-changed');
    await running.client.programs.resume({ releaseId: release.id });
    await settled('ready');
    expect(await readFile(downloads()[0]?.path ?? '')).toEqual(newer);
  });

  test('truncated every time: said after some tries, and can be gone on with', async () => {
    const release = rig.portal.publish(content);
    holdFilesAt(0, 'break');
    await running.client.programs.download({ releaseId: release.id });
    await expect
      .poll(
        async () => {
          await rig.clock.advance(30_000);
          return stateOf();
        },
        { timeout: 5000 },
      )
      .toBe('failed');
    expect(downloads()[0]).toMatchObject({ problem: { code: 'portal-truncated' } });
    rig.portal.line.after = null;
    await running.client.programs.resume({ releaseId: release.id });
    await settled('ready');
  });

  test('changed on disk after it was ready: not opened', async () => {
    const release = rig.portal.publish(content);
    await running.client.programs.download({ releaseId: release.id });
    await settled('ready');
    const path = downloads()[0]?.path ?? '';
    await writeFile(path, Buffer.alloc(content.length));
    await expect(running.client.programs.open({ releaseId: release.id })).rejects.toMatchObject({
      code: 'download-checksum',
    });
    expect(rig.opener.files).toEqual([]);
    expect(downloads()[0]).toMatchObject({ state: 'failed', problem: { code: 'download-checksum' } });
  });

  test('moved or deleted after it was ready: said so, forgotten, and offered to be downloaded again', async () => {
    const release = rig.portal.publish(content);
    await running.client.programs.download({ releaseId: release.id });
    await settled('ready');
    await rm(join(rig.paths.downloads, release.fileName));
    await expect(running.client.programs.open({ releaseId: release.id })).rejects.toMatchObject({
      code: 'file-not-found',
    });
    expect(downloads()).toEqual([]);
    expect(rig.opener.files).toEqual([]);
    await running.client.programs.download({ releaseId: release.id });
    await settled('ready');
  });

  test('a disk that is full before the first byte, or in between', async (context) => {
    const vast = rig.portal.publish(content, { size: 2 ** 52, fileName: 'vasto.run' });
    expect(await failing(vast)).toBe('disk-full');
    await running.client.programs.cancel({ releaseId: vast.id });
    needs(context, existsSync('/dev/full'), 'this system has no /dev/full to write to');
    const release = rig.portal.publish(content);
    rig.portal.line.after = async (request) => {
      if (request.url.includes('/files/'))
        await symlink('/dev/full', join(rig.paths.downloads, `${release.fileName}.part`));
      return undefined;
    };
    expect(await failing(release)).toBe('disk-full');
  });

  test('a release that is not offered', async () => {
    const releaseId = '0195b0a0-6000-7000-8000-00000000ffff';
    await expect(running.client.programs.download({ releaseId })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(running.client.programs.resume({ releaseId })).rejects.toMatchObject({ code: 'not-found' });
  });

  test('names that would leave the folder do not', async () => {
    const release = rig.portal.publish(content, { fileName: '../../.ssh/authorized_keys' });
    await running.client.programs.download({ releaseId: release.id });
    await settled('ready');
    expect(downloads()[0]?.path).toBe(join(rig.paths.downloads, '_.._.ssh_authorized_keys'));
    expect((await stat(downloads()[0]?.path ?? '')).isFile()).toBe(true);
  });
});
