import { chmod, lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BrokerRig, createBrokerRig, refusalOf } from '../../../test/fakes/broker-rig.ts';
import { localAddress } from '../../../test/support/local-address.ts';
import { connectProgram } from '../../../test/support/program-client.ts';
import { needs } from '../../../test/support/skip.ts';
import { brokerEndpointSchema } from '../../contract/broker.ts';
import type { ProcessLock } from '../lock/process-lock.ts';
import { writeFileDurably } from '../write-file-durably.ts';
import { createBroker } from './create-broker.ts';

let rig: BrokerRig;
beforeEach(async () => {
  rig = await createBrokerRig();
});
afterEach(() => rig.remove());

const sockets = async () => (await readdir(rig.ports.paths.runtime)).filter((name) => name.endsWith('.sock'));

describe('a start that fails after it listened', () => {
  test('leaves nothing behind, and the same broker starts once the way is free', async () => {
    await rig.broker.stop();
    let full = true;
    const write: typeof writeFileDurably = async (path, content) => {
      if (full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      await writeFileDurably(path, content);
    };
    rig.broker = createBroker({ ...rig.parts, licenses: rig.licenses }, { write });
    await expect(rig.broker.start()).rejects.toMatchObject({ code: 'ENOSPC' });
    await rig.broker.stop();
    expect(await sockets()).toEqual([]);
    full = false;
    await rig.broker.start();
    expect(await (await rig.start()).request('diagnose')).toMatchObject({ programs: 1 });
  });
});

test('a folder in the place of the file hinders nobody, and a stop that may not lock still stops listening', async () => {
  await rig.broker.stop();
  const { runtime } = rig.ports.paths;
  await mkdir(join(runtime, 'broker.json'));
  let locks = true;
  const lock: ProcessLock = {
    run: (...asked) => (locks ? rig.parts.lock.run(...asked) : Promise.reject(new Error('no lock'))),
  };
  rig.broker = createBroker({ ...rig.parts, lock, licenses: rig.licenses });
  await rig.broker.start();
  expect(await (await rig.start()).request('diagnose')).toMatchObject({ programs: 1 });
  locks = false;
  await rig.broker.stop();
  expect(await sockets()).toEqual([]);
  expect((await readdir(runtime)).filter((name) => name.startsWith('broker.corrupt-'))).toHaveLength(1);
});

describe('the endpoint', () => {
  const file = () => join(rig.ports.paths.runtime, 'broker.json');
  const root = () => dirname(rig.ports.paths.runtime);

  test('is this user’s alone', async (context) => {
    needs(context, process.platform !== 'win32', 'Windows has no file modes, and pipes in place of sockets');
    const endpoint = await rig.endpoint();
    expect(endpoint).toMatchObject({ address: rig.broker.address, secret: null, pid: process.pid });
    expect((await lstat(endpoint.address)).mode & 0o777).toBe(0o600);
    expect((await lstat(rig.ports.paths.runtime)).mode & 0o777).toBe(0o700);
    expect((await lstat(file())).mode & 0o777).toBe(0o600);
  });

  test('a second client of the same profile is told that one runs, and takes nothing', async () => {
    const second = createBroker({ ...rig.parts, licenses: rig.licenses });
    await expect(second.start()).rejects.toMatchObject({ code: 'already-running' });
    await second.stop();
    expect(await rig.start()).toBeDefined();
  });

  test('of many started at once, one listens', async () => {
    await rig.broker.stop();
    const rivals = Array.from({ length: 8 }, () => createBroker({ ...rig.parts, licenses: rig.licenses }));
    const outcomes = await Promise.allSettled(rivals.map((one) => one.start()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    rig.broker = rivals[outcomes.findIndex(({ status }) => status === 'fulfilled')] ?? rig.broker;
    expect(await rig.start()).toBeDefined();
    await Promise.all(rivals.filter((one) => one !== rig.broker).map((one) => one.stop()));
    expect(await rig.start()).toBeDefined();
  });

  test('what a dead client left is taken over', async (context) => {
    needs(context, process.platform !== 'win32', 'Windows takes a dead process’s pipe away itself');
    const address = rig.broker.address ?? '';
    await rig.broker.stop();
    // A server whose process died leaves its socket file: bind, then lose the listener without unlinking.
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(`${address}.bound`, resolve));
    const { rename } = await import('node:fs/promises');
    await rename(`${address}.bound`, address);
    await new Promise((resolve) => dead.close(resolve));
    await writeFile(file(), JSON.stringify({ protocolVersion: 1, address, secret: null, pid: 1 }));
    expect((await lstat(address)).isSocket()).toBe(true);
    await rig.broker.start();
    expect(await rig.start()).toBeDefined();
    expect(await sockets()).toEqual([basename(rig.broker.address ?? '')]);
  });

  test('one whose folder was taken away leaves the next one’s socket alone when it stops', async () => {
    await rm(rig.ports.paths.runtime, { recursive: true });
    const first = rig.broker;
    rig.broker = createBroker({ ...rig.parts, licenses: rig.licenses });
    await rig.broker.start();
    await first.stop();
    expect(await rig.start()).toBeDefined();
    expect(JSON.parse(await readFile(file(), 'utf8'))).toMatchObject({ address: rig.broker.address });
  });

  test('stopping leaves no socket and no file, and ends the uses', async () => {
    const address = rig.broker.address ?? '';
    const program = await rig.start();
    await program.request('license/acquire');
    await rig.broker.stop();
    await program.closed;
    await expect(connectProgram(address)).rejects.toThrow();
    await expect(lstat(address)).rejects.toThrow();
    await expect(lstat(file())).rejects.toThrow();
    expect(rig.uses()).toEqual([]);
    await rig.broker.start();
  });

  test('a program that comes back while it stops keeps nobody waiting', async () => {
    const address = rig.broker.address ?? '';
    await rig.start();
    const busy = Promise.withResolvers<void>();
    const held = rig.parts.lock.run('broker', () => busy.promise);
    const stopped = rig.broker.stop();
    const back = await connectProgram(address);
    await back.closed;
    busy.resolve();
    await held;
    await stopped;
    await expect(lstat(address)).rejects.toThrow();
    await rig.broker.start();
  });

  test('a folder that others may enter is closed to them; a link or a file in its place is refused', async (context) => {
    needs(context, process.platform !== 'win32', 'Windows has no file modes');
    await rig.broker.stop();
    await chmod(rig.ports.paths.runtime, 0o755);
    await rig.broker.start();
    expect((await lstat(rig.ports.paths.runtime)).mode & 0o777).toBe(0o700);

    const elsewhere = join(root(), 'elsewhere');
    await mkdir(elsewhere);
    const link = join(root(), 'link');
    await symlink(elsewhere, link);
    const ports = { ...rig.parts.ports, paths: { ...rig.ports.paths, runtime: link } };
    const other = createBroker({ ...rig.parts, ports, licenses: rig.licenses });
    await expect(other.start()).rejects.toMatchObject({ code: 'folder-not-writable', data: { file: link } });
  });

  test('a profile too deep for a socket’s path gets a short one', async () => {
    const runtime = join(root(), 'a'.repeat(100), 'run');
    const ports = { ...rig.parts.ports, paths: { ...rig.ports.paths, runtime } };
    const deep = createBroker({ ...rig.parts, ports, licenses: rig.licenses });
    await deep.start();
    const endpoint = brokerEndpointSchema.parse(
      JSON.parse(await readFile(join(runtime, 'broker.json'), 'utf8')),
    );
    expect(Buffer.byteLength(endpoint.address)).toBeLessThan(104);
    const program = await connectProgram(endpoint.address, endpoint.secret);
    expect(await program.initialize('viga')).toMatchObject({ protocolVersion: 1 });
    program.close();
    await deep.stop();
  });

  test('over a pipe the secret of the file is asked for', async () => {
    const ports = {
      ...rig.parts.ports,
      paths: { ...rig.ports.paths, runtime: join(root(), 'pipe') },
    };
    const pipeName = () => localAddress(root(), 'unguessable');
    const pipe = createBroker({ ...rig.parts, ports, licenses: rig.licenses }, { kind: 'pipe', pipeName });
    await pipe.start();
    const endpoint = brokerEndpointSchema.parse(
      JSON.parse(await readFile(join(ports.paths.runtime, 'broker.json'), 'utf8')),
    );
    const program = await connectProgram(endpoint.address);
    for (const secret of [undefined, 'A'.repeat(43)]) {
      expect((await refusalOf(program.initialize('viga', { secret }))).data).toMatchObject({
        code: 'forbidden',
      });
    }
    expect(await program.initialize('viga', { secret: endpoint.secret })).toMatchObject({
      protocolVersion: 1,
    });
    program.close();
    await pipe.stop();
  });
});
