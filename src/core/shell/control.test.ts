import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { implement } from '@orpc/server';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { becomes } from '../../../test/support/becomes.ts';
import { localAddress } from '../../../test/support/local-address.ts';
import { needs } from '../../../test/support/skip.ts';
import type { AppState } from '../../contract/client/state.ts';
import { clientContract } from '../../contract/client.ts';
import { writeFileDurably } from '../write-file-durably.ts';
import { connectToRunning } from './control-client.ts';
import { openControlPort, readRunningState } from './control-port.ts';
import { type ControlServer, serveControl } from './control-server.ts';
import { createSocketPort, maximumMessage } from './socket-port.ts';

const on = implement(clientContract);
const client = {
  session: { signOut: on.session.signOut.handler(() => ({ told: true })) },
  programs: { list: on.programs.list.handler(() => ({ releases: [], buyUrl: 'https://café.example' })) },
};

let runtime: string;
let server: ControlServer | undefined;
const stop = vi.fn();
const warn = vi.fn();
const serve = (folder = runtime, write = writeFileDurably) =>
  serveControl({
    write,
    paths: { runtime: folder },
    client,
    snapshot: () => ({ uses: [] }) as unknown as AppState,
    log: { warn },
    linkOrigins: async () => ['https://aldaba.example'],
    attachDesktop: () => {},
    shell: {
      kind: 'agent',
      version: '1.2.3',
      address: () => null,
      open: async () => ({ link: 'http://127.0.0.1:1/x' }),
      stop,
    },
  });

beforeEach(async () => {
  runtime = await mkdtemp(join(tmpdir(), 'aldaba-control-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(runtime, { recursive: true, force: true });
});

describe('control endpoint', () => {
  test('the running client answers for itself and for its core', async () => {
    server = await serve();
    const running = await connectToRunning({ runtime });
    expect(await running?.client.shell.info()).toEqual({
      pid: process.pid,
      kind: 'agent',
      version: '1.2.3',
      address: null,
    });
    expect((await running?.client.client.programs.list())?.buyUrl).toBe('https://café.example');
    expect(await running?.client.shell.open()).toEqual({ link: 'http://127.0.0.1:1/x' });
    await running?.client.shell.stop();
    await becomes(() => expect(stop).toHaveBeenCalledOnce());
    running?.close();
    await running?.closed;
  });

  test('the snapshot comes without an RPC library', async () => {
    expect(await readRunningState({ runtime })).toBeNull();
    server = await serve();
    expect(await readRunningState({ runtime })).toEqual({ pid: process.pid, state: { uses: [] } });
  });

  test('nobody but the person can open the socket or read the secret', async (context) => {
    needs(context, process.platform !== 'win32', 'Windows has no file modes, and pipes in place of sockets');
    server = await serve();
    expect((await stat(server.address)).mode & 0o777).toBe(0o600);
    expect((await stat(join(runtime, 'control.json'))).mode & 0o777).toBe(0o600);
  });

  test('nobody runs: null, and nothing is left behind after closing', async () => {
    expect(await connectToRunning({ runtime })).toBeNull();
    const once = await serve();
    await once.close();
    expect(await connectToRunning({ runtime })).toBeNull();
    await expect(readFile(join(runtime, 'control.json'))).rejects.toThrow('ENOENT');
  });

  test('one that accepts connections and does not answer is named', async (context) => {
    needs(context, process.platform !== 'win32', 'Windows has pipes in place of sockets');
    const silent = createServer((socket) => void socket.on('error', () => undefined));
    silent.listen(join(runtime, 'control.sock'));
    await once(silent, 'listening');
    const note = { pid: 4711, address: join(runtime, 'control.sock'), secret: 'A'.repeat(43) };
    await writeFile(join(runtime, 'control.json'), JSON.stringify(note));
    const named = { code: 'client-silent', data: { detail: '4711' } };
    await expect(readRunningState({ runtime }, 50)).rejects.toMatchObject(named);
    await expect(connectToRunning({ runtime }, 50)).rejects.toMatchObject(named);
    silent.close();
  });

  test('a start that fails leaves nothing listening, and the next one works', async () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    await expect(serve(runtime, () => Promise.reject(full))).rejects.toMatchObject({ code: 'ENOSPC' });
    expect((await readdir(runtime)).filter((name) => name.endsWith('.sock'))).toEqual([]);
    // A folder in the place of the file is no reason to fail.
    await mkdir(join(runtime, 'control.json'));
    server = await serve();
    expect(await connectToRunning({ runtime })).not.toBeNull();
  });

  test('a runtime folder of somebody else is not used', async (context) => {
    needs(context, process.platform !== 'win32', 'Windows lets a person make no symbolic links');
    const elsewhere = join(runtime, 'elsewhere');
    await mkdir(elsewhere);
    await symlink(elsewhere, join(runtime, 'linked'));
    await expect(serve(join(runtime, 'linked'))).rejects.toMatchObject({
      code: 'folder-not-writable',
      data: { file: join(runtime, 'linked') },
    });
  });

  test('a second one on the same profile is told so, and the first one lives on', async () => {
    server = await serve();
    await expect(serve()).rejects.toMatchObject({ code: 'already-running' });
    const running = await connectToRunning({ runtime });
    expect((await running?.client.shell.info())?.pid).toBe(process.pid);
    running?.close();
  });

  test('of ten at once, one runs', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => serve()));
    const started = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(started).toHaveLength(1);
    server = started[0]?.value;
  });

  test('what a killed client left behind stops nobody', async () => {
    const dead = await serve();
    const note = await readFile(join(runtime, 'control.json'), 'utf8');
    await dead.close();
    await writeFile(join(runtime, 'control.json'), note);
    await writeFile(join(runtime, 'control-0123456789ab.sock'), '');
    server = await serve();
    expect(await connectToRunning({ runtime })).not.toBeNull();
  });

  test('nor is its socket left behind', async (context) => {
    needs(context, process.platform !== 'win32', 'Windows has pipes in place of sockets');
    await writeFile(join(runtime, 'control-0123456789ab.sock'), '');
    server = await serve();
    const sockets = (await readdir(runtime)).filter((name) => name.endsWith('.sock'));
    expect(sockets).toEqual([basename(server.address)]);
  });

  test('one whose folder was taken away leaves the next one’s socket alone when it closes', async () => {
    const first = await serve();
    await rm(runtime, { recursive: true });
    server = await serve();
    await first.close();
    const running = await connectToRunning({ runtime });
    expect((await running?.client.shell.info())?.kind).toBe('agent');
    running?.close();
  });

  test.each(['', 'nonsense', '{}', '{"pid":1,"address":"/x","secret":"short"}'])(
    'a control file that says %j is no client',
    async (text) => {
      await writeFile(join(runtime, 'control.json'), text);
      expect(await connectToRunning({ runtime })).toBeNull();
    },
  );

  test('a profile in a deep folder gets a shorter path for its socket', async () => {
    const deep = join(runtime, 'a'.repeat(60), 'b'.repeat(60));
    server = await serve(deep);
    expect(Buffer.byteLength(server.address)).toBeLessThanOrEqual(103);
    expect(await connectToRunning({ runtime: deep })).not.toBeNull();
  });

  test('a wrong secret ends the connection before any call', async () => {
    server = await serve();
    const file = join(runtime, 'control.json');
    const note = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...note, secret: 'x'.repeat(43) }));
    const found = await openControlPort({ runtime }, 'control');
    await found?.closed;
    expect(warn).toHaveBeenCalledOnce();
    await writeFile(file, JSON.stringify(note));
  });

  test('a connection for the client alone does not reach the process', async () => {
    server = await serve();
    const found = await openControlPort({ runtime }, 'client');
    const { RPCLink } = await import('@orpc/client/message-port');
    const { createORPCClient } = await import('@orpc/client');
    if (found === null) throw new Error('nobody runs');
    const direct = createORPCClient<{
      programs: { list(): Promise<unknown> };
      shell: { stop(): Promise<void> };
    }>(new RPCLink({ port: found.port }));
    found.port.start();
    expect(await direct.programs.list()).toMatchObject({ releases: [] });
    stop.mockClear();
    await expect(direct.shell.stop()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(stop).not.toHaveBeenCalled();
    found.port.close();
  });
});

describe('framing on a socket', () => {
  let ends: { left: Socket; right: Socket; close(): void };
  beforeEach(async () => {
    const path = localAddress(runtime, 's');
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(path, resolve));
    const accepted = new Promise<Socket>((resolve) => listener.once('connection', resolve));
    const left = connect(path);
    const right = await accepted;
    ends = {
      left,
      right,
      close: () => {
        left.destroy();
        right.destroy();
        listener.close();
      },
    };
  });
  afterEach(() => ends.close());

  test('every sequence of messages arrives as it left', async () => {
    const [a, b] = [createSocketPort(ends.left), createSocketPort(ends.right)];
    const received: unknown[] = [];
    b.on('message', (event) => received.push(event?.data));
    b.start();
    const message = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }).map((text) => text.toWellFormed()),
      fc.uint8Array({ maxLength: 300 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 20 }), async (messages) => {
        received.length = 0;
        for (const each of messages) a.postMessage(each);
        await becomes(() => expect(received).toHaveLength(messages.length), 1);
        expect(received).toEqual(messages);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ['a length beyond the limit', [0xff, 0xff, 0xff, 0xff, 0]],
    ['an unknown kind', [0, 0, 0, 1, 7, 65]],
  ])('%s ends the connection', async (_name, bytes) => {
    const port = createSocketPort(ends.right);
    port.start();
    const closed = new Promise<void>((resolve) => port.on('close', resolve));
    ends.left.write(Buffer.from(bytes));
    await closed;
    expect(maximumMessage).toBeLessThan(0xffffffff);
  });
});
