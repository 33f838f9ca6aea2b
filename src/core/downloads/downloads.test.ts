import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDownloadRig, type DownloadRig } from '../../../test/fakes/download-rig.ts';
import { expectMode } from '../../../test/support/expect-mode.ts';

const content = randomBytes(300_000);
let rig: DownloadRig;
beforeEach(async () => {
  rig = await createDownloadRig();
});
afterEach(() => rig.remove());

describe('downloads', () => {
  test('A16: a program arrives whole, is checked, gets its name and opens', async () => {
    const release = rig.portal.publish(content);
    expect(await rig.running.client.programs.list()).toMatchObject({
      releases: [{ id: release.id, fileName: release.fileName }],
    });
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.settled('ready');
    const path = join(rig.paths.downloads, release.fileName);
    expect(rig.downloads()[0]).toMatchObject({
      received: content.length,
      size: content.length,
      path,
      problem: null,
    });
    expect(await readFile(path)).toEqual(content);
    expect(await rig.files()).toEqual([release.fileName]);
    // An installer can be run.
    await expectMode(path, 0o755);
    await rig.running.client.programs.open({ releaseId: release.id });
    await rig.running.client.programs.showInFolder({ releaseId: release.id });
    expect(rig.opener).toMatchObject({ files: [path], folders: [path] });
  });

  test('progress: bytes so far and a rate; paused it stands still and goes on where it was', async () => {
    const release = rig.portal.publish(content);
    const line = rig.holdFilesAt(100_000, 'hold');
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.received(100_000);
    expect(rig.downloads()[0]).toMatchObject({ state: 'downloading', size: content.length, path: null });
    expect(rig.downloads()[0]?.rate).toBeGreaterThan(0);
    await rig.running.client.programs.pause({ releaseId: release.id });
    expect(rig.downloads()[0]).toMatchObject({ state: 'paused', received: 100_000, rate: 0 });
    await expect(rig.running.client.programs.open({ releaseId: release.id })).rejects.toMatchObject({
      code: 'open-failed',
    });
    rig.portal.line.after = null;
    await rig.running.client.programs.resume({ releaseId: release.id });
    await rig.settled('ready');
    expect(line.from).toEqual(['all']);
    expect(await readFile(join(rig.paths.downloads, release.fileName))).toEqual(content);
  });

  test('paused it stands still also where the network does not heed who asked any more', async () => {
    const release = rig.portal.publish(content);
    rig.holdFilesAt(100_000, 'deaf');
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.received(100_000);
    await rig.running.client.programs.pause({ releaseId: release.id });
    expect(rig.downloads()[0]).toMatchObject({ state: 'paused', received: 100_000, rate: 0 });
  });

  test('a connection that breaks is gone on with by itself, from the byte where it broke', async () => {
    const release = rig.portal.publish(content);
    const line = rig.holdFilesAt(70_000, 'break');
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.settledInTime('ready');
    expect(line.from).toEqual(['all', 'bytes=70000-', 'bytes=140000-', 'bytes=210000-', 'bytes=280000-']);
    expect(await readFile(join(rig.paths.downloads, release.fileName))).toEqual(content);
  });

  test('it survives the process, and goes on at the next contact with the portal', async () => {
    const release = rig.portal.publish(content);
    rig.holdFilesAt(123_456, 'hold');
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.received(123_456);
    await rig.running.core.stop();
    const line = rig.holdFilesAt(Number.POSITIVE_INFINITY, 'hold');
    line.release();
    const again = await rig.start();
    expect(rig.downloads(again)[0]).toMatchObject({ state: 'paused', received: 123_456 });
    await again.client.people.listRoles();
    await rig.settled('ready', again);
    expect(line.from).toEqual(['bytes=123456-']);
    const third = await rig.start();
    expect(rig.downloads(third)[0]).toMatchObject({ state: 'ready' });
  });

  test('a part that a crash spoiled is noticed by the checksum and fetched again', async () => {
    const release = rig.portal.publish(content);
    rig.holdFilesAt(100_000, 'hold');
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.received(100_000);
    await rig.running.client.programs.pause({ releaseId: release.id });
    rig.portal.line.after = null;
    await writeFile(join(rig.paths.downloads, `${release.fileName}.part`), Buffer.alloc(100_000));
    await rig.running.client.programs.resume({ releaseId: release.id });
    await rig.settled('failed');
    expect(rig.downloads()[0]).toMatchObject({ problem: { code: 'download-checksum' }, received: 0 });
    expect(await rig.files()).toEqual([]);
    await rig.running.client.programs.resume({ releaseId: release.id });
    await rig.settled('ready');
  });

  test('two processes do not write to the same part', async () => {
    const release = rig.portal.publish(content);
    const line = rig.holdFilesAt(100_000, 'hold');
    const other = await rig.start();
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.received(100_000);
    await other.client.programs.download({ releaseId: release.id });
    await rig.settled('failed', other);
    expect(rig.downloads(other)[0]).toMatchObject({ problem: { code: 'already-running' } });
    line.release();
    await rig.settled('ready');
    expect(await readFile(join(rig.paths.downloads, release.fileName))).toEqual(content);
  });

  test('cancelled, it leaves nothing behind', async () => {
    const release = rig.portal.publish(content);
    rig.holdFilesAt(100_000, 'hold');
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.received(100_000);
    await rig.running.client.programs.cancel({ releaseId: release.id });
    expect(rig.downloads()).toEqual([]);
    expect(await rig.files()).toEqual([]);
    expect((await rig.start()).core.state.get().downloads).toEqual([]);
  });

  test('several of one instant: each release once, each file by its own name', async () => {
    const one = rig.portal.publish(content);
    const other = rig.portal.publish(randomBytes(1000), { fileName: one.fileName });
    await rig.running.client.programs.list();
    const { download } = rig.running.client.programs;
    await Promise.all([one, one, other].map(({ id }) => download({ releaseId: id })));
    await expect.poll(() => rig.downloads().map(({ state }) => state)).toEqual(['ready', 'ready']);
    expect(await readFile(join(rig.paths.downloads, one.fileName))).toEqual(content);
    expect((await rig.files()).length).toBe(2);
  });

  test('the beginning of somebody else’s file is not taken for ours', async () => {
    const release = rig.portal.publish(content);
    await mkdir(rig.paths.downloads, { recursive: true });
    const foreign = join(rig.paths.downloads, `${release.fileName}.part`);
    await writeFile(foreign, 'de otro programa');
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.settled('ready');
    expect(await readFile(foreign, 'utf8')).toBe('de otro programa');
  });

  test('never over a file that is already there', async () => {
    const release = rig.portal.publish(content, { fileName: 'viga.tar.gz' });
    await rig.running.client.programs.list();
    await rig.running.ports.settings.update({ downloadFolder: rig.paths.data });
    await writeFile(join(rig.paths.data, 'viga.tar.gz'), 'mine');
    await rig.running.client.programs.download({ releaseId: release.id });
    await rig.settled('ready');
    expect(rig.downloads()[0]?.path).toBe(join(rig.paths.data, 'viga (2).tar.gz'));
    expect(await readFile(join(rig.paths.data, 'viga.tar.gz'), 'utf8')).toBe('mine');
  });
});
