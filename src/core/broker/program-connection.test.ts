import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BrokerRig, createBrokerRig, refusalOf } from '../../../test/fakes/broker-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';
import { frameOf } from '../../../test/support/program-client.ts';
import { mostPrograms } from './create-broker.ts';
import { frameLimits } from './frame-parser.ts';

let rig: BrokerRig;
beforeEach(async () => {
  rig = await createBrokerRig();
});
afterEach(() => rig.remove());

describe('what is refused without ending the connection', () => {
  test('anything before initialize', async () => {
    const program = await rig.connect();
    expect((await refusalOf(program.request('license/acquire', {}))).data).toMatchObject({
      code: 'not-initialized',
    });
    expect(await program.initialize('viga')).toMatchObject({ protocolVersion: 1 });
  });
  test('a second initialize', async () => {
    const program = await rig.start();
    expect((await refusalOf(program.initialize('viga'))).code).toBe(-32600);
  });
  test('another protocol version', async () => {
    const program = await rig.connect();
    expect((await refusalOf(program.initialize('viga', { protocolVersion: 2 }))).data).toMatchObject({
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
    const program = await rig.connect();
    expect(await refusalOf(program.initialize('viga', change))).toMatchObject({
      code: -32602,
      message: expect.stringMatching(/^params\.\w+/),
    });
  });
  test('parameters that are no object', async () => {
    const program = await rig.connect();
    expect(await refusalOf(program.request('initialize', []))).toMatchObject({
      code: -32602,
      message: expect.stringMatching(/^params: /),
    });
  });
  test('an unknown method, also one of every object', async () => {
    const program = await rig.start();
    for (const method of ['license/steal', 'constructor', '__proto__', 'toString']) {
      expect((await refusalOf(program.request(method))).code).toBe(-32601);
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
    const good = await rig.start();
    await good.request('license/acquire');
    const bad = await rig.connect();
    bad.send(bytes);
    await bad.closed;
    expect(bad.strays).toMatchObject([{ id: null, error: { code } }]);
    expect(await good.request('license/status')).toMatchObject({ permit: 'full' });
  });

  test('any bytes at all', async () => {
    const good = await rig.start();
    await good.request('license/acquire');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 400 }), async (bytes) => {
        const bad = await rig.connect();
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
    const program = await rig.start();
    for (let index = 0; index < 40; index++)
      program.begin('license/acquire', {}).answer.catch(() => undefined);
    await program.closed;
    await becomes(() => expect(rig.uses()).toEqual([]));
  });

  test('a frame that never ends', async () => {
    const program = await rig.start();
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
    const program = await rig.start();
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
    const program = await rig.connect();
    await becomes(() => expect(rig.ports.clock.pending).toBe(before + 1));
    await rig.ports.clock.advance(10_000);
    await program.closed;
  });

  test('saying nothing is right once it was initialized', async () => {
    const program = await rig.start();
    await program.request('license/acquire');
    await rig.pass(60_000);
    expect(await program.request('license/status')).toMatchObject({ permit: 'full' });
  });

  test('one program more than can be answered is sent away, and comes in when another left', async () => {
    await Promise.all(Array.from({ length: mostPrograms }, rig.connect));
    const one = await rig.connect();
    await one.closed;
    rig.programs[0]?.close();
    await becomes(async () => expect(await rig.start()).toBeDefined());
  });

  test('however many are sent away, the log has one line when it begins and one with their number when it is over', async () => {
    const refusals = () => rig.ports.log.lines.filter(({ fields }) => 'most' in fields);
    await Promise.all(Array.from({ length: mostPrograms }, rig.connect));
    for (let times = 0; times < 3; times += 1) {
      const more = await Promise.all(Array.from({ length: 7 }, rig.connect));
      await Promise.all(more.map(({ closed }) => closed));
      rig.programs[times]?.close();
      await becomes(async () => expect(await rig.start()).toBeDefined());
    }
    expect(refusals()).toMatchObject([{ level: 'warn', fields: { most: mostPrograms } }]);
    for (const program of rig.programs.slice(0, mostPrograms / 2)) program.close();
    await becomes(() => expect(refusals()).toHaveLength(2));
    // Those that came in at last may have been sent away before.
    const refused = Number(refusals()[1]?.fields.refused);
    expect(refused).toBeGreaterThanOrEqual(21);
  });
});
