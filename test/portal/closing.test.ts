import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createPortal } from '../../src/portal/create-portal.ts';
import { type Database, openDatabase } from '../../src/portal/db/database.ts';
import { createMemoryKeys } from '../../src/portal/keys/key-files.ts';
import { createLog } from '../../src/portal/log.ts';
import { outboxOnly } from '../../src/portal/mail/transport.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  createProof,
  createRefreshToken,
  createTestClock,
  createTestDevice,
  startTestPortal,
} from './support.ts';

const clock = createTestClock();
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('lets requests in flight finish, then closes mail and database, and refuses new ones', async () => {
  const order: string[] = [];
  const inner = await openDatabase({ url: database.url });
  const spied: Database = {
    ...inner,
    close: () => {
      order.push('database');
      return inner.close();
    },
  };
  const log = createLog('silent', { write: () => undefined });
  const settings = { closeTimeout: 5000 };
  const running = await createPortal({
    database: spied,
    mail: { ...outboxOnly, close: async () => void order.push('mail') },
    clock: clock,
    keys: await createMemoryKeys(clock.now()),
    log,
    settings,
  });
  let reached: () => void = () => undefined;
  let goOn: () => void = () => undefined;
  const inFlight = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const released = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  vi.spyOn(running.services.hasher, 'verify').mockImplementation(async () => {
    reached();
    await released;
    order.push('request');
    return false;
  });
  const device = createTestDevice();
  const url = `${running.url}/v1/sessions`;
  const answer = fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      dpop: createProof(device, { method: 'POST', url, at: clock.now() }),
    },
    body: JSON.stringify({
      email: 'ana@condor.example',
      password: 'no es esta',
      device: device.description,
      nextTokenHash: createRefreshToken().hash,
    }),
  });
  await inFlight;
  const closed = running.close();
  await expect
    .poll(
      () =>
        fetch(`${running.url}/health`).then(
          () => 'open',
          () => 'closed',
        ),
      { interval: 10 },
    )
    .toBe('closed');
  expect(order).toEqual([]);
  goOn();
  expect((await answer).status).toBe(401);
  await closed;
  await running.close();
  expect(order).toEqual(['request', 'mail', 'database']);
});

test('does not wait for ever for a client that never ends its request', async () => {
  const running = await startTestPortal({ database: database.url, settings: { closeTimeout: 50 } });
  const { port } = new URL(running.url);
  const hanging = httpRequest({
    port,
    method: 'POST',
    path: '/v1/sessions',
    headers: { 'content-type': 'application/json', 'content-length': '1000' },
  });
  const ended = new Promise((resolve) => hanging.on('error', resolve));
  hanging.write('{');
  // Whoever asks later is answered; this one is never done.
  await fetch(`${running.url}/health`);
  await running.close();
  await ended;
});

test('after a start that failed, what was given is closed', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const closed: string[] = [];
  const inner = await openDatabase({ url: database.url });
  const attempt = createPortal({
    database: {
      ...inner,
      close: () => {
        closed.push('database');
        return inner.close();
      },
    },
    mail: { ...outboxOnly, close: async () => void closed.push('mail') },
    clock: clock,
    keys: await createMemoryKeys(clock.now()),
    log: createLog('silent', { write: () => undefined }),
    settings: { port },
  });
  await expect(attempt).rejects.toMatchObject({ code: 'EADDRINUSE' });
  taken.close();
  expect(closed.sort()).toEqual(['database', 'mail']);
});
