import { createPublicKey, verify } from 'node:crypto';
import { connect as netConnect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  CancellationTokenSource,
  createMessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import { type BrokerRig, createBrokerRig, refusalOf } from '../../../test/fakes/broker-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';
import type { ProgramClient } from '../../../test/support/program-client.ts';
import {
  brokerErrorDataSchema,
  brokerLicenseSchema,
  brokerNotifications,
  initializeOutputSchema,
} from '../../contract/broker.ts';

let rig: BrokerRig;
beforeEach(async () => {
  rig = await createBrokerRig();
});
afterEach(() => rig.remove());

describe('a program', () => {
  test('is told who answers, signed over its own nonce', async () => {
    const program = await rig.connect();
    const nonce = 'abcdefghijklmnopqrstuv';
    const answer = initializeOutputSchema.parse(await program.initialize('viga', { nonce }));
    const key = createPublicKey({ key: answer.deviceKey, format: 'jwk' });
    const said = Buffer.from(`aldaba-broker-v1\nviga\n${nonce}`);
    expect(verify(null, said, key, Buffer.from(answer.nonceSignature, 'base64url'))).toBe(true);
    expect(answer.deviceKey).toEqual(rig.device.publicKey);
    expect(answer.mode).toBe('cloud-signin');
  });

  test('acquires, asks, releases, and acquires again', async () => {
    const program = await rig.start();
    const license = brokerLicenseSchema.parse(await program.request('license/acquire', {}));
    expect(license).toMatchObject({
      state: 'active',
      permit: 'full',
      kind: 'lease',
      message: 'Licencia activa.',
    });
    expect(await program.request('license/status')).toEqual(license);
    expect(rig.uses()).toMatchObject([{ program: 'viga', version: '2026.1', state: 'running' }]);
    expect(await program.request('license/release')).toEqual({ released: true });
    expect(await program.request('license/release')).toEqual({ released: false });
    expect(rig.uses()).toEqual([]);
    expect(await program.request('license/acquire')).toMatchObject({ permit: 'full' });
  });

  test('that asks before it acquires is told where it stands, and given nothing', async () => {
    const first = await rig.start();
    await first.request('license/acquire');
    const second = await rig.start();
    const status = await second.request('license/status', {});
    expect(status).toMatchObject({ state: 'active', permit: 'none' });
    expect(status).not.toHaveProperty('document');
  });

  test('is one use until it goes, however it goes', async () => {
    for (const leave of [
      (one: ProgramClient) => one.socket.end(),
      (one: ProgramClient) => one.socket.destroy(),
    ]) {
      const program = await rig.start();
      await program.request('license/acquire');
      expect(rig.uses()).toHaveLength(1);
      leave(program);
      await becomes(() => expect(rig.uses()).toEqual([]));
    }
    await rig.pass(4000, 500);
    await becomes(() => expect(rig.portal.active()).toEqual([]));
  });

  test('hears what becomes of its own license, in its own language', async () => {
    const viga = await rig.start('viga', { language: 'en-GB' });
    const portico = await rig.start('portico');
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
    const program = await rig.start('viga', { language: 'en' });
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
    const program = await rig.start();
    await program.request('license/acquire');
    const other = await rig.start();
    await other.request('license/acquire');
    await program.request('license/release');
    program.notifications.length = 0;
    await rig.pass(300_000);
    await becomes(() => expect(other.notifications).toHaveLength(1));
    expect(program.notifications).toEqual([]);
  });

  test('whose version the right does not cover any more may open and save, and is told so once', async () => {
    const cover = (name: 'from' | 'to', version: string) =>
      rig.portal.versions.set('viga', { [name]: version });
    const stopped = { state: 'read-only', permit: 'read-only', reason: 'version-not-covered' };
    cover('to', '2025');
    const old = await rig.start('viga', { version: '2025.1' });
    expect(await old.request('license/acquire')).toMatchObject({ permit: 'full' });
    cover('from', '2026');
    const next = await rig.start('viga', { version: '2026.1' });
    expect(await next.request('license/acquire')).toMatchObject({ permit: 'full' });
    await rig.pass(600_000, 60_000);
    await becomes(() => expect(next.notifications.length).toBeGreaterThan(1));
    expect(old.notifications).toEqual([
      { method: 'license/changed', params: { ...stopped, message: expect.any(String) } },
    ]);
    expect(await old.request('license/status')).toMatchObject(stopped);
    expect(await next.request('license/status')).toMatchObject({ permit: 'full' });
    cover('to', '2025');
    expect(await old.request('license/acquire')).toMatchObject({ permit: 'full' });
    await becomes(() => expect(next.notifications.at(-1)?.params).toMatchObject(stopped));
    expect(await old.request('license/status')).toMatchObject({ permit: 'full' });
  });

  test('that is refused gets the stable code and both sentences', async () => {
    rig.portal.seats.set('viga', 0);
    const program = await rig.start('viga', { language: 'pt-BR' });
    const { code, data } = await refusalOf(program.request('license/acquire', {}));
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
    const program = await rig.start();
    const { id, answer } = program.begin('license/acquire', {});
    await becomes(() => expect(rig.uses()).toMatchObject([{ state: 'waiting' }]));
    program.notify('$/cancelRequest', { id });
    expect((await refusalOf(answer)).data).toMatchObject({ code: 'cancelled' });
    await becomes(() => expect(rig.session.waiting).toBe(0));
    expect(rig.uses()).toEqual([]);
  });

  test('may give back what it still waits for, and cancel and ask again at once', async () => {
    rig.session.identity = false;
    const program = await rig.start();
    const first = program.begin('license/acquire', {});
    await becomes(() => expect(rig.session.waiting).toBe(1));
    expect(await program.request('license/release')).toEqual({ released: false });
    expect((await refusalOf(first.answer)).data).toMatchObject({ code: 'cancelled' });
    const second = program.begin('license/acquire', {});
    await becomes(() => expect(rig.session.waiting).toBe(1));
    program.notify('$/cancelRequest', { id: second.id });
    const third = program.request('license/acquire', {});
    expect((await refusalOf(second.answer)).data).toMatchObject({ code: 'cancelled' });
    rig.session.finish('signed-in');
    expect(await third).toMatchObject({ permit: 'full' });
    await rig.pass(10_000, 1000);
    expect(rig.portal.active()).toHaveLength(1);
    expect(rig.uses()).toMatchObject([{ state: 'running' }]);
  });

  test('that waits for the sign-in is told so once, in its language; one that nobody may be asked for is not', async () => {
    rig.session.identity = false;
    const program = await rig.start('viga', { language: 'en' });
    program.begin('license/acquire', {}).answer.catch(() => undefined);
    await becomes(() => expect(rig.session.waiting).toBe(1));
    const quiet = await rig.start('portico');
    await refusalOf(quiet.request('license/acquire', { interactive: false }));
    await rig.pass(60_000, 1000);
    await becomes(() => expect(program.notifications).toHaveLength(1));
    expect(program.notifications[0]).toMatchObject({
      method: 'license/message',
      params: { level: 'info', text: expect.stringContaining('aldaba sign-in') },
    });
    expect(quiet.notifications).toEqual([]);
  });

  test('that is answered at once is told nothing', async () => {
    const program = await rig.start();
    await program.request('license/acquire', {});
    rig.session.identity = false;
    await rig.pass(2000, 1000);
    expect(program.notifications.filter(({ method }) => method === 'license/message')).toEqual([]);
  });

  test('that dies while it waits leaves nothing behind', async () => {
    rig.session.identity = false;
    const program = await rig.start();
    program.begin('license/acquire', {}).answer.catch(() => undefined);
    await becomes(() => expect(rig.session.waiting).toBe(1));
    program.close();
    await becomes(() => expect([rig.session.waiting, rig.uses()]).toEqual([0, []]));
  });

  test('may send everything at once', async () => {
    const program = await rig.connect();
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
});

test('nothing secret is logged', async () => {
  const program = await rig.start();
  await program.request('license/acquire');
  const lines = JSON.stringify(rig.ports.log.lines);
  for (const secret of rig.ports.secrets.entries.values()) expect(lines).not.toContain(secret);
});

test('a library of the same protocol is understood: requests, refusals, notifications, cancelling', async () => {
  rig.session.identity = false;
  const { address, secret } = await rig.endpoint();
  const socket = netConnect(address);
  const rpc = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
  const changes: unknown[] = [];
  rpc.onNotification('license/changed', (license) => void changes.push(license));
  rpc.listen();
  const nonce = 'abcdefghijklmnopqrstuv';
  await rpc.sendRequest('initialize', {
    protocolVersion: 1,
    program: 'viga',
    version: '2026.1',
    nonce,
    ...(secret === null ? {} : { secret }),
  });
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
  await becomes(() => expect(rig.uses()).toEqual([]));
});
