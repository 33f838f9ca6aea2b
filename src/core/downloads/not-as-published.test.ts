import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDownloadRig, type DownloadRig } from '../../../test/fakes/download-rig.ts';
import { createSigner } from '../../../test/support/documents.ts';
import { needs } from '../../../test/support/skip.ts';
import type { Release } from '../../contract/portal/release.ts';
import { releaseSigningInput } from '../../domain/documents/index.ts';

const content = randomBytes(300_000);
let rig: DownloadRig;
beforeEach(async () => {
  rig = await createDownloadRig();
});
afterEach(() => rig.remove());

describe('what is not what was published', () => {
  async function failing(release: Release) {
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.settled('failed');
    const [download] = rig.downloads();
    expect(download?.path).toBeNull();
    await expect(rig.running.client.programs.open({ releaseId: release.id })).rejects.toMatchObject({
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
    expect(await rig.files()).toEqual([]);
  });

  test('bytes and checksum exchanged together, without the vendor’s signature', async () => {
    const other = randomBytes(content.length);
    const sha256 = createHash('sha256').update(other).digest('hex');
    const release = rig.portal.publish(content, { sha256 });
    rig.portal.files.set(release.id, { content: other, etag: '"x"' });
    expect(await failing(release)).toBe('download-signature');
    expect(await rig.files()).toEqual([]);
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
    rig.holdFilesAt(100_000, 'hold');
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.received(100_000);
    await rig.running.client.programs.pause({ releaseId: release.id });
    const answers: number[] = [];
    rig.portal.line.after = async (request, response) => {
      if (request.url.includes('/files/')) answers.push(response.status);
      return undefined;
    };
    rig.portal.files.set(release.id, { content, etag: '"another"' });
    await rig.running.client.programs.resume({ releaseId: release.id });
    await rig.settled('ready');
    // The whole file and not the rest of another one (206).
    expect(answers).toEqual([200]);
  });

  test('a new file under the same release is fetched by what is published now', async () => {
    const release = rig.portal.publish(content);
    rig.holdFilesAt(100_000, 'hold');
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.received(100_000);
    await rig.running.client.programs.pause({ releaseId: release.id });
    rig.portal.line.after = null;
    const newer = randomBytes(200_000);
    rig.portal.releases.length = 0;
    rig.portal.publish(newer, { id: release.id });
    await rig.running.client.programs.resume({ releaseId: release.id });
    await rig.settled('failed');
    expect(rig.downloads()[0]?.problem?.code).toBe('download-changed');
    await rig.running.client.programs.resume({ releaseId: release.id });
    await rig.settled('ready');
    expect(await readFile(rig.downloads()[0]?.path ?? '')).toEqual(newer);
  });

  test('gone on with twice at once, it is fetched once, and whoever cancels it has it', async () => {
    const release = rig.portal.publish(content);
    rig.portal.files.set(release.id, { content: content.subarray(1), etag: '"x"' });
    await failing(release);
    rig.portal.files.set(release.id, { content, etag: '"y"' });
    const line = rig.holdFilesAt(100_000, 'hold');
    const { resume, cancel } = rig.running.client.programs;
    const seen = new Set<string | undefined>();
    const watching = new AbortController();
    const watched = (async () => {
      for await (const state of rig.running.core.state.watch(watching.signal))
        seen.add(state.downloads[0]?.problem?.code);
    })().catch(() => undefined);
    await Promise.all([resume({ releaseId: release.id }), resume({ releaseId: release.id })]);
    await rig.received(100_000);
    expect(line.from).toEqual(['all']);
    watching.abort();
    await watched;
    expect([...seen].filter((code) => code !== undefined)).toEqual(['download-changed']);
    await cancel({ releaseId: release.id });
    expect(rig.downloads()).toEqual([]);
    expect(await rig.files()).toEqual([]);
    expect((await rig.start()).core.state.get().downloads).toEqual([]);
  });

  test('cancelled while it asks what is published now, it is not started', async () => {
    const release = rig.portal.publish(content);
    rig.portal.files.set(release.id, { content: content.subarray(1), etag: '"x"' });
    await failing(release);
    const line = rig.holdFilesAt(100_000, 'hold');
    const asked = Promise.withResolvers<void>();
    rig.portal.line.before = (request) => {
      asked.resolve();
      return new Promise((_resolve, reject) =>
        request.signal.addEventListener('abort', () => reject(request.signal.reason)),
      );
    };
    const resumed = rig.running.client.programs.resume({ releaseId: release.id });
    await asked.promise;
    await rig.running.client.programs.cancel({ releaseId: release.id });
    await resumed;
    rig.portal.line.before = null;
    expect(line.from).toEqual([]);
    expect((await rig.start()).core.state.get().downloads).toEqual([]);
  });

  test('truncated every time: said after some tries, and can be gone on with', async () => {
    const release = rig.portal.publish(content);
    rig.holdFilesAt(0, 'break');
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.settledInTime('failed');
    expect(rig.downloads()[0]).toMatchObject({ problem: { code: 'portal-truncated' } });
    rig.portal.line.after = null;
    await rig.running.client.programs.resume({ releaseId: release.id });
    await rig.settled('ready');
  });

  test('changed on disk after it was ready: not opened', async () => {
    const release = rig.portal.publish(content);
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.settled('ready');
    const path = rig.downloads()[0]?.path ?? '';
    await writeFile(path, Buffer.alloc(content.length));
    await expect(rig.running.client.programs.open({ releaseId: release.id })).rejects.toMatchObject({
      code: 'download-checksum',
    });
    expect(rig.opener.files).toEqual([]);
    expect(rig.downloads()[0]).toMatchObject({ state: 'failed', problem: { code: 'download-checksum' } });
  });

  test('moved or deleted after it was ready: said so, forgotten, and offered to be downloaded again', async () => {
    const release = rig.portal.publish(content);
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.settled('ready');
    await rm(join(rig.paths.downloads, release.fileName));
    await expect(rig.running.client.programs.open({ releaseId: release.id })).rejects.toMatchObject({
      code: 'file-not-found',
    });
    expect(rig.downloads()).toEqual([]);
    expect(rig.opener.files).toEqual([]);
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.settled('ready');
  });

  test('a disk that is full before the first byte, or in between', async (context) => {
    const vast = rig.portal.publish(content, { size: 2 ** 52, fileName: 'vasto.run' });
    expect(await failing(vast)).toBe('disk-full');
    await rig.running.client.programs.cancel({ releaseId: vast.id });
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
    await expect(rig.running.client.programs.download({ releaseId })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(rig.running.client.programs.resume({ releaseId })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  test('names that would leave the folder do not', async () => {
    const release = rig.portal.publish(content, { fileName: '../../.ssh/authorized_keys' });
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.settled('ready');
    expect(rig.downloads()[0]?.path).toBe(join(rig.paths.downloads, '_.._.ssh_authorized_keys'));
    expect((await stat(rig.downloads()[0]?.path ?? '')).isFile()).toBe(true);
  });
});
