import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createPortal } from '../../src/portal/create-portal.ts';
import type { Database } from '../../src/portal/db/database.ts';
import { migrate } from '../../src/portal/db/migrate.ts';
import { mail as mailTable } from '../../src/portal/db/schema.ts';
import { newId } from '../../src/portal/ids.ts';
import { createMemoryKeys } from '../../src/portal/keys/key-files.ts';
import { createLog } from '../../src/portal/log.ts';
import { sendMail } from '../../src/portal/mail/outbox.ts';
import { outboxOnly, smtpTransport } from '../../src/portal/mail/transport.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { openTestDatabase } from '../support/open-test-database.ts';
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
  const inner = await openTestDatabase(database.url);
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

test('does not wait for a mail server that says nothing, and the mail is sent another time', async () => {
  const asked = Promise.withResolvers<Socket>();
  const silent = createServer((socket) => asked.resolve(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const running = await startTestPortal({
    database: database.url,
    mail: smtpTransport(`smtp://127.0.0.1:${port}`),
    settings: { closeTimeout: 50 },
  });
  const { id } = await running.company('Estructuras Cóndor', []);
  const now = running.clock.now();
  await running.services.database.asService((tx) =>
    sendMail(tx, {
      accountId: id,
      recipient: 'ana@condor.example',
      template: 'password-set',
      language: 'es',
      data: { name: 'Ana', accountName: 'Estructuras Cóndor', at: new Date(now).toISOString() },
      at: now,
    }),
  );
  running.services.wakeMail();
  const socket = await asked.promise;
  await running.close();
  expect(running.logLines.some((line) => line.includes('mail not sent'))).toBe(true);
  expect(running.logLines.some((line) => line.includes('background work failed'))).toBe(false);
  socket.destroy();
  silent.close();
});

test('a mail that waited from before knows the portal’s address', async () => {
  const inner = await openTestDatabase(database.url);
  await migrate(inner, clock);
  const at = new Date(clock.now()).toISOString();
  await inner.queries.execute(sql`with company as (
      insert into account (id, name, created_at) values (${newId(clock.now())}, 'Cóndor', ${at}) returning id)
    insert into mail (id, account_id, recipient, template, language, data, created_at, next_attempt_at)
    select ${newId(clock.now())}, id, 'espera@condor.example', 'password-set', 'es',
      ${JSON.stringify({ name: 'Ana', accountName: 'Cóndor', at })}::jsonb, ${at}, ${at} from company`);
  const sent = Promise.withResolvers<void>();
  const running = await createPortal({
    database: inner,
    mail: { ...outboxOnly, send: async ({ to }) => void (to.startsWith('espera') && sent.resolve()) },
    clock,
    keys: await createMemoryKeys(clock.now()),
    log: createLog('silent', { write: () => undefined }),
    settings: {},
  });
  await sent.promise;
  const [row] = await running.services.database.queries
    .select()
    .from(mailTable)
    .where(eq(mailTable.recipient, 'espera@condor.example'));
  expect(row).toMatchObject({ attempts: 1, lastError: null });
  await running.close();
});

test('after a start that failed, what was given is closed and nothing goes on', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const lines: string[] = [];
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const closed: string[] = [];
  const inner = await openTestDatabase(database.url);
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
    log: createLog('info', { write: (line) => void lines.push(line) }),
    settings: { port },
  });
  await expect(attempt).rejects.toMatchObject({ code: 'EADDRINUSE' });
  taken.close();
  await vi.advanceTimersByTimeAsync(60_000);
  vi.useRealTimers();
  expect(lines.filter((line) => line.includes('background work'))).toEqual([]);
  expect(closed.sort()).toEqual(['database', 'mail']);
});
