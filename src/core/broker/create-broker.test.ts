import { createPublicKey, verify } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, connect as netConnect } from 'node:net';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  CancellationTokenSource,
  createMessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import {
  connectProgram,
  frameOf,
  type ProgramClient,
  type Refusal,
} from '../../../test/support/program-client.ts';
import { needs } from '../../../test/support/skip.ts';
import {
  brokerEndpointSchema,
  brokerErrorDataSchema,
  brokerLicenseSchema,
  brokerNotifications,
  initializeOutputSchema,
} from '../../contract/broker.ts';
import type { Broker } from '../parts.ts';
import { createBroker, mostPrograms } from './create-broker.ts';
import { frameLimits } from './frame-parser.ts';

let rig: LicensingRig;
let broker: Broker;
const programs: ProgramClient[] = [];
beforeEach(async () => {
  rig = await createLicensingRig();
  broker = createBroker({ ...rig.parts, licenses: rig.licenses });
  await broker.start();
});
afterEach(async () => {
  for (const program of programs.splice(0)) program.close();
  await broker.stop();
  await rig.remove();
});

async function connect(): Promise<ProgramClient> {
  const program = await connectProgram(broker.address ?? '');
  programs.push(program);
  return program;
}
async function start(name = 'viga', change: Record<string, unknown> = {}): Promise<ProgramClient> {
  const program = await connect();
  await program.initialize(name, change);
  return program;
}
const refusal = async (answer: Promise<unknown>) => {
  const error: Refusal = await answer.then(
    () => expect.fail('was not refused'),
    (thrown) => thrown,
  );
  return error.rpc;
};
const uses = () => rig.parts.state.get().uses;
const becomes = (check: () => unknown) => vi.waitFor(check, { timeout: 5000, interval: 5 });

describe('a program', () => {
  test('is told who answers, signed over its own nonce', async () => {
    const program = await connect();
    const nonce = 'abcdefghijklmnopqrstuv';
    const answer = initializeOutputSchema.parse(await program.initialize('viga', { nonce }));
    const key = createPublicKey({ key: answer.deviceKey, format: 'jwk' });
    const said = Buffer.from(`aldaba-broker-v1\nviga\n${nonce}`);
    expect(verify(null, said, key, Buffer.from(answer.nonceSignature, 'base64url'))).toBe(true);
    expect(answer.deviceKey).toEqual(rig.device.publicKey);
    expect(answer.mode).toBe('cloud-signin');
  });

  test('acquires, asks, releases, and acquires again', async () => {
    const program = await start();
    const license = brokerLicenseSchema.parse(await program.request('license/acquire', {}));
    expect(license).toMatchObject({
      state: 'active',
      permit: 'full',
      kind: 'lease',
      message: 'Licencia activa.',
    });
    expect(await program.request('license/status')).toEqual(license);
    expect(uses()).toMatchObject([{ program: 'viga', version: '2026.1', state: 'running' }]);
    expect(await program.request('license/release')).toEqual({ released: true });
    expect(await program.request('license/release')).toEqual({ released: false });
    expect(uses()).toEqual([]);
    expect(await program.request('license/acquire')).toMatchObject({ permit: 'full' });
  });

  test('that asks before it acquires is told where it stands, and given nothing', async () => {
    const first = await start();
    await first.request('license/acquire');
    const second = await start();
    const status = await second.request('license/status', {});
    expect(status).toMatchObject({ state: 'active', permit: 'none' });
    expect(status).not.toHaveProperty('document');
  });

  test('is one use until it goes, however it goes', async () => {
    for (const leave of [
      (one: ProgramClient) => one.socket.end(),
      (one: ProgramClient) => one.socket.destroy(),
    ]) {
      const program = await start();
      await program.request('license/acquire');
      expect(uses()).toHaveLength(1);
      leave(program);
      await becomes(() => expect(uses()).toEqual([]));
    }
    await rig.pass(4000, 500);
    await becomes(() => expect(rig.portal.active()).toEqual([]));
  });

  test('hears what becomes of its own license, in its own language', async () => {
    const viga = await start('viga', { language: 'en-GB' });
    const portico = await start('portico');
    await viga.request('license/acquire');
    await portico.request('license/acquire');
    rig.portal.reclaim('viga');
    await rig.pass(300_000);
    await becomes(() =>
      expect(viga.notifications.at(-1)).toMatchObject({
        method: 'license/changed',
        params: {
          state: 'revoked',
          permit: 'read-only',
          reason: 'lease-reclaimed',
          message: expect.stringMatching(/^You no longer hold a license: .* Reason: /),
        },
      }),
    );
    await becomes(() => expect(portico.notifications.length).toBeGreaterThan(0));
    expect(portico.notifications.map(({ params }) => params.permit)).not.toContain('read-only');
  });

  test('hears each warning once, when it is due', async () => {
    const program = await start('viga', { language: 'en' });
    await program.request('license/acquire');
    rig.portal.fault = 'network-offline';
    await rig.pass(62 * 60_000, 60_000);
    const said = () => program.notifications.filter(({ method }) => method === 'license/message');
    await becomes(() => expect(said()).toHaveLength(3));
    const messages = said().map(({ params }) => brokerNotifications['license/message'].parse(params));
    expect(messages.map(({ level }) => level)).toEqual(['info', 'warning', 'warning']);
    expect(messages.at(-1)?.text).toMatch(
      /^Save your work: on Mar 2, 2026, .* the program becomes read only\.$/,
    );
    const changes = program.notifications.filter(({ method }) => method === 'license/changed');
    for (const { params } of changes) brokerNotifications['license/changed'].parse(params);
  });

  test('hears nothing after it released', async () => {
    const program = await start();
    await program.request('license/acquire');
    const other = await start();
    await other.request('license/acquire');
    await program.request('license/release');
    program.notifications.length = 0;
    await rig.pass(300_000);
    await becomes(() => expect(other.notifications).toHaveLength(1));
    expect(program.notifications).toEqual([]);
  });

  test('that is refused gets the stable code and both sentences', async () => {
    rig.portal.seats.set('viga', 0);
    const program = await start('viga', { language: 'pt-BR' });
    const { code, data } = await refusal(program.request('license/acquire', {}));
    expect(code).toBe(-32000);
    expect(brokerErrorDataSchema.parse(data)).toMatchObject({
      code: 'no-seat-free',
      data: { holders: [{ device: 'puesto-03' }] },
    });
    expect(data?.message).toMatch(/assentos/);
    expect(data?.next).not.toBe('');
  });

  test('may cancel while it waits for the sign-in', async () => {
    rig.session.identity = false;
    const program = await start();
    const { id, answer } = program.begin('license/acquire', {});
    await becomes(() => expect(uses()).toMatchObject([{ state: 'waiting' }]));
    program.notify('$/cancelRequest', { id });
    expect((await refusal(answer)).data).toMatchObject({ code: 'cancelled' });
    await becomes(() => expect(rig.session.waiting).toBe(0));
    expect(uses()).toEqual([]);
  });

  test('that waits for the sign-in is told so once, in its language; one that nobody may be asked for is not', async () => {
    rig.session.identity = false;
    const program = await start('viga', { language: 'en' });
    program.begin('license/acquire', {}).answer.catch(() => undefined);
    await becomes(() => expect(rig.session.waiting).toBe(1));
    const quiet = await start('portico');
    await refusal(quiet.request('license/acquire', { interactive: false }));
    await rig.pass(60_000, 1000);
    await becomes(() => expect(program.notifications).toHaveLength(1));
    expect(program.notifications[0]).toMatchObject({
      method: 'license/message',
      params: { level: 'info', text: expect.stringContaining('aldaba sign-in') },
    });
    expect(quiet.notifications).toEqual([]);
  });

  test('that is answered at once is told nothing', async () => {
    const program = await start();
    await program.request('license/acquire', {});
    rig.session.identity = false;
    await rig.pass(2000, 1000);
    expect(program.notifications.filter(({ method }) => method === 'license/message')).toEqual([]);
  });

  test('that dies while it waits leaves nothing behind', async () => {
    rig.session.identity = false;
    const program = await start();
    program.begin('license/acquire', {}).answer.catch(() => undefined);
    await becomes(() => expect(rig.session.waiting).toBe(1));
    program.close();
    await becomes(() => expect([rig.session.waiting, uses()]).toEqual([0, []]));
  });

  test('may send everything at once', async () => {
    const program = await connect();
    const answers = [
      program.initialize('viga'),
      program.request('license/acquire', {}),
      program.request('license/status', {}),
      program.request('diagnose'),
    ];
    const [, license, , diagnosis] = await Promise.all(answers);
    expect(license).toMatchObject({ permit: 'full' });
    expect(diagnosis).toMatchObject({
      clientVersion: '0.1.0',
      mode: 'cloud-signin',
      programs: 1,
      keychain: 'secret-service',
    });
  });

  test('may not borrow what is not lent', async () => {
    const program = await start();
    await program.request('license/acquire');
    expect((await refusal(program.request('license/borrow', { days: 7 }))).data).toMatchObject({
      code: 'borrow-unavailable',
    });
    expect((await refusal(program.request('license/return'))).data).toMatchObject({
      code: 'borrow-unavailable',
    });
    expect((await refusal(program.request('license/borrow', { days: 31 }))).code).toBe(-32602);
  });
});

describe('a start that fails after it listened', () => {
  test('leaves nothing behind, and the same broker starts once the way is free', async () => {
    await broker.stop();
    const file = join(rig.ports.paths.runtime, 'broker.json');
    await mkdir(file);
    await expect(broker.start()).rejects.toMatchObject({ syscall: 'rename' });
    await broker.stop();
    expect(await readdir(rig.ports.paths.runtime)).not.toContain('broker.sock');
    await rm(file, { recursive: true });
    await broker.start();
    expect(await (await start()).request('diagnose')).toMatchObject({ programs: 1 });
  });
});

describe('what is refused without ending the connection', () => {
  test('anything before initialize', async () => {
    const program = await connect();
    expect((await refusal(program.request('license/acquire', {}))).data).toMatchObject({
      code: 'not-initialized',
    });
    expect(await program.initialize('viga')).toMatchObject({ protocolVersion: 1 });
  });
  test('a second initialize', async () => {
    const program = await start();
    expect((await refusal(program.initialize('viga'))).code).toBe(-32600);
  });
  test('another protocol version', async () => {
    const program = await connect();
    expect((await refusal(program.initialize('viga', { protocolVersion: 2 }))).data).toMatchObject({
      code: 'protocol-version',
      data: { maximum: 1 },
    });
    expect(await program.initialize('viga')).toMatchObject({ protocolVersion: 1 });
  });
  test.each<[string, Record<string, unknown>]>([
    ['a short nonce', { nonce: 'abc' }],
    ['a nonce that is no base64url', { nonce: 'á'.repeat(30) }],
    ['a program name with a path', { program: '../viga' }],
    ['a version in words', { version: 'latest' }],
    ['no version', { version: undefined }],
  ])('%s', async (_what, change) => {
    const program = await connect();
    expect((await refusal(program.initialize('viga', change))).code).toBe(-32602);
  });
  test('an unknown method, also one of every object', async () => {
    const program = await start();
    for (const method of ['license/steal', 'constructor', '__proto__', 'toString']) {
      expect((await refusal(program.request(method))).code).toBe(-32601);
    }
  });
});

describe('what ends the connection, and no other', () => {
  const opening = frameOf({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} });
  test.each<[string, string | Uint8Array, number]>([
    ['HTTP', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', -32700],
    ['a frame too long', `Content-Length: ${frameLimits.body + 1}\r\n\r\n`, -32700],
    ['a header without end', 'X: '.padEnd(2000, 'x'), -32700],
    ['no JSON', frameOf('{"jsonrpc":'), -32700],
    ['an empty body', frameOf(''), -32700],
    [
      'UTF-8 that is none',
      Buffer.concat([Buffer.from('Content-Length: 2\r\n\r\n'), Buffer.from([0xc3, 0x28])]),
      -32700,
    ],
    ['a batch', frameOf([{ jsonrpc: '2.0', id: 1, method: 'diagnose' }]), -32600],
    ['a number', frameOf('1'), -32600],
    ['JSON-RPC 1', frameOf({ id: 1, method: 'diagnose', params: [] }), -32600],
    ['an id that is an object', frameOf({ jsonrpc: '2.0', id: {}, method: 'diagnose' }), -32600],
    ['a method that is no text', frameOf({ jsonrpc: '2.0', id: 1, method: 7 }), -32600],
    ['params that are text', frameOf({ jsonrpc: '2.0', id: 1, method: 'diagnose', params: 'x' }), -32600],
  ])('%s', async (_what, bytes, code) => {
    const good = await start();
    await good.request('license/acquire');
    const bad = await connect();
    bad.send(bytes);
    await bad.closed;
    expect(bad.strays).toMatchObject([{ id: null, error: { code } }]);
    expect(await good.request('license/status')).toMatchObject({ permit: 'full' });
  });

  test('any bytes at all', async () => {
    const good = await start();
    await good.request('license/acquire');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 400 }), async (bytes) => {
        const bad = await connect();
        bad.send(bytes);
        bad.socket.end();
        await bad.closed;
      }),
      { numRuns: 60 },
    );
    expect(await good.request('license/status')).toMatchObject({ permit: 'full' });
  });

  test('requests without end', async () => {
    rig.session.identity = false;
    const program = await start();
    for (let index = 0; index < 40; index++)
      program.begin('license/acquire', {}).answer.catch(() => undefined);
    await program.closed;
    await becomes(() => expect(uses()).toEqual([]));
  });

  test('a frame that never ends', async () => {
    const program = await start();
    const before = rig.ports.clock.pending;
    program.send(opening.slice(0, 10));
    await becomes(() => expect(rig.ports.clock.pending).toBe(before + 1));
    await rig.ports.clock.advance(9999);
    expect(program.strays).toEqual([]);
    await rig.ports.clock.advance(1);
    await program.closed;
    expect(program.strays).toMatchObject([{ error: { code: -32700, message: 'a frame took too long' } }]);
  });

  test('dripping bytes do not buy time', async () => {
    const program = await start();
    const text = frameOf({ jsonrpc: '2.0', id: 9, method: 'diagnose' });
    const before = rig.ports.clock.pending;
    program.send(text.slice(0, 1));
    await becomes(() => expect(rig.ports.clock.pending).toBe(before + 1));
    await rig.ports.clock.advance(6000);
    program.send(text.slice(1, 5));
    await rig.ports.clock.advance(6000);
    await program.closed;
  });

  test('saying nothing at all', async () => {
    const before = rig.ports.clock.pending;
    const program = await connect();
    await becomes(() => expect(rig.ports.clock.pending).toBe(before + 1));
    await rig.ports.clock.advance(10_000);
    await program.closed;
  });

  test('saying nothing is right once it was initialized', async () => {
    const program = await start();
    await program.request('license/acquire');
    await rig.pass(60_000);
    expect(await program.request('license/status')).toMatchObject({ permit: 'full' });
  });

  test('too many programs', async () => {
    await Promise.all(Array.from({ length: mostPrograms }, connect));
    const one = await connect();
    await one.closed;
    programs[0]?.close();
    await becomes(async () => expect(await start()).toBeDefined());
  });
});

describe('the endpoint', () => {
  const file = () => join(rig.ports.paths.runtime, 'broker.json');
  const root = () => dirname(rig.ports.paths.runtime);

  test('is this user’s alone', async (context) => {
    needs(context, process.platform !== 'win32', 'Windows has no file modes, and pipes in place of sockets');
    const endpoint = brokerEndpointSchema.parse(JSON.parse(await readFile(file(), 'utf8')));
    expect(endpoint).toMatchObject({ address: broker.address, secret: null, pid: process.pid });
    expect((await lstat(endpoint.address)).mode & 0o777).toBe(0o600);
    expect((await lstat(rig.ports.paths.runtime)).mode & 0o777).toBe(0o700);
    expect((await lstat(file())).mode & 0o777).toBe(0o600);
  });

  test('a second client of the same profile is told that one runs, and takes nothing', async () => {
    const second = createBroker({ ...rig.parts, licenses: rig.licenses });
    await expect(second.start()).rejects.toMatchObject({ code: 'already-running' });
    await second.stop();
    expect(await start()).toBeDefined();
  });

  test('of many started at once, one listens', async () => {
    await broker.stop();
    const rivals = Array.from({ length: 8 }, () => createBroker({ ...rig.parts, licenses: rig.licenses }));
    const outcomes = await Promise.allSettled(rivals.map((one) => one.start()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    broker = rivals[outcomes.findIndex(({ status }) => status === 'fulfilled')] ?? broker;
    expect(await start()).toBeDefined();
    await Promise.all(rivals.filter((one) => one !== broker).map((one) => one.stop()));
    expect(await start()).toBeDefined();
  });

  test('what a dead client left is taken over', async () => {
    const address = broker.address ?? '';
    await broker.stop();
    // A server whose process died leaves its socket file: bind, then lose the listener without unlinking.
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(`${address}.bound`, resolve));
    const { rename } = await import('node:fs/promises');
    await rename(`${address}.bound`, address);
    await new Promise((resolve) => dead.close(resolve));
    await writeFile(file(), JSON.stringify({ protocolVersion: 1, address, secret: null, pid: 1 }));
    expect((await lstat(address)).isSocket()).toBe(true);
    await broker.start();
    expect(await start()).toBeDefined();
  });

  test('stopping leaves no socket and no file, and ends the uses', async () => {
    const address = broker.address ?? '';
    const program = await start();
    await program.request('license/acquire');
    await broker.stop();
    await program.closed;
    await expect(lstat(address)).rejects.toThrow();
    await expect(lstat(file())).rejects.toThrow();
    expect(uses()).toEqual([]);
    await broker.start();
  });

  test('a program that comes back while it stops keeps nobody waiting', async () => {
    const address = broker.address ?? '';
    await start();
    const busy = Promise.withResolvers<void>();
    const held = rig.parts.lock.run('broker', () => busy.promise);
    const stopped = broker.stop();
    const back = await connectProgram(address);
    await back.closed;
    busy.resolve();
    await held;
    await stopped;
    await expect(lstat(address)).rejects.toThrow();
    await broker.start();
  });

  test('a folder that others may enter is closed to them; a link or a file in its place is refused', async (context) => {
    needs(context, process.platform !== 'win32', 'Windows has no file modes');
    await broker.stop();
    await chmod(rig.ports.paths.runtime, 0o755);
    await broker.start();
    expect((await lstat(rig.ports.paths.runtime)).mode & 0o777).toBe(0o700);

    const elsewhere = join(root(), 'elsewhere');
    await mkdir(elsewhere);
    const link = join(root(), 'link');
    await symlink(elsewhere, link);
    const ports = { ...rig.parts.ports, paths: { ...rig.ports.paths, runtime: link } };
    const other = createBroker({ ...rig.parts, ports, licenses: rig.licenses });
    await expect(other.start()).rejects.toMatchObject({ code: 'unavailable' });
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
    const program = await connectProgram(endpoint.address);
    expect(await program.initialize('viga')).toMatchObject({ protocolVersion: 1 });
    program.close();
    await deep.stop();
  });

  test('over a pipe the secret of the file is asked for', async () => {
    const ports = {
      ...rig.parts.ports,
      paths: { ...rig.ports.paths, runtime: join(root(), 'pipe') },
    };
    const pipeName = () => join(root(), 'unguessable');
    const pipe = createBroker({ ...rig.parts, ports, licenses: rig.licenses }, { kind: 'pipe', pipeName });
    await pipe.start();
    const endpoint = brokerEndpointSchema.parse(
      JSON.parse(await readFile(join(ports.paths.runtime, 'broker.json'), 'utf8')),
    );
    const program = await connectProgram(endpoint.address);
    for (const secret of [undefined, 'A'.repeat(43)]) {
      expect((await refusal(program.initialize('viga', { secret }))).data).toMatchObject({
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

test('nothing secret is logged', async () => {
  const program = await start();
  await program.request('license/acquire');
  const lines = JSON.stringify(rig.ports.log.lines);
  for (const secret of rig.ports.secrets.entries.values()) expect(lines).not.toContain(secret);
});

test('a library of the same protocol is understood: requests, refusals, notifications, cancelling', async () => {
  rig.session.identity = false;
  const socket = netConnect(broker.address ?? '');
  const rpc = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
  const changes: unknown[] = [];
  rpc.onNotification('license/changed', (license) => void changes.push(license));
  rpc.listen();
  const nonce = 'abcdefghijklmnopqrstuv';
  await rpc.sendRequest('initialize', { protocolVersion: 1, program: 'viga', version: '2026.1', nonce });
  const cancellation = new CancellationTokenSource();
  const waiting = rpc.sendRequest('license/acquire', {}, cancellation.token);
  await becomes(() => expect(rig.session.waiting).toBe(1));
  cancellation.cancel();
  await expect(waiting).rejects.toMatchObject({ code: -32000, data: { code: 'cancelled' } });
  rig.session.finish('signed-in');
  expect(await rpc.sendRequest('license/acquire', {})).toMatchObject({ permit: 'full' });
  rig.portal.reclaim('viga');
  await rig.pass(300_000);
  await becomes(() => expect(changes.at(-1)).toMatchObject({ state: 'revoked' }));
  rpc.dispose();
  socket.destroy();
  await becomes(() => expect(uses()).toEqual([]));
});
