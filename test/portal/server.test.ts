import { connect } from 'node:net';
import { ORPCError } from '@orpc/client';
import { oc } from '@orpc/contract';
import { os } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { portalDescriptionSchema } from '../../src/contract/portal/description.ts';
import { portalContract } from '../../src/contract/portal.ts';
import type { RequestContext } from '../../src/portal/context.ts';
import { mostUnanswered } from '../../src/portal/limit-pipelining.ts';
import { anyone, assertPolicies, person } from '../../src/portal/policy.ts';
import { portalRouter } from '../../src/portal/router.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  createProof,
  createRefreshToken,
  createTestDevice,
  startTestPortal,
  type TestPortal,
  testPassword,
} from './support.ts';

let database: TestDatabase;
let portal: TestPortal;
beforeAll(async () => {
  database = await createTestDatabase();
  portal = await startTestPortal({ database: database.url });
  await portal.company('Estructuras Cóndor', [
    { email: 'ana@condor.example', role: 'administrator', password: testPassword },
    { email: 'luis@condor.example', role: 'license-installer', password: testPassword },
  ]);
});
afterAll(async () => {
  await portal.close();
  await database.drop();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${portal.url}${path}`, { headers });
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${portal.url}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

describe('what is asked first', () => {
  test('health, readiness and the mark of a portal', async () => {
    expect(await (await get('/health')).json()).toEqual({ status: 'ok' });
    expect(await (await get('/ready')).json()).toEqual({ status: 'ready' });
    const mark = await (await get('/.well-known/aldaba.json')).json();
    expect(portalDescriptionSchema.parse(mark)).toEqual(mark);
  });

  test('readiness says no while the database does not answer', async () => {
    const { database: db } = portal.services;
    vi.spyOn(db.queries, 'execute').mockRejectedValue(new Error('connection lost'));
    const response = await get('/ready');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    vi.restoreAllMocks();
    expect((await get('/ready')).status).toBe(200);
  });
});

describe('a connection that asks on before it has its answers', () => {
  /** @returns how many answers came until the connection ended or all were there */
  function askAtOnce(requests: number): Promise<{ answers: number; ended: boolean }> {
    const { host, hostname, port } = new URL(portal.url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      let text = '';
      const answers = () => text.split('HTTP/1.1 200 OK').length - 1;
      socket.on('data', (chunk) => {
        text += chunk;
        if (answers() === requests) resolve({ answers: answers(), ended: false });
      });
      socket.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
      });
      socket.once('close', () => resolve({ answers: answers(), ended: true }));
      socket.write(`GET /v1/openapi.json HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(requests));
    });
  }

  test('gets a few of them', async () => {
    expect(await askAtOnce(mostUnanswered)).toEqual({ answers: mostUnanswered, ended: false });
  });

  test('ends with hundreds, which would wait in memory for as long as it reads nothing', async () => {
    const { answers, ended } = await askAtOnce(500);
    expect(ended).toBe(true);
    expect(answers).toBeLessThanOrEqual(mostUnanswered);
    expect((await get('/health')).status).toBe(200);
  });
});

test('who is gone before the answer is no fault of the portal', async () => {
  const { host, hostname, port } = new URL(portal.url);
  const body = '{"email":"ana@condor.example"}';
  const asked = `POST /v1/passwords/links HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  for (let times = 0; times < 20; times++)
    await new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () =>
        socket.write(asked, () => socket.resetAndDestroy()),
      );
      socket.once('close', resolve);
    });
  await post('/v1/passwords/links', body);
  expect(portal.logLines.filter((line) => JSON.parse(line).msg === 'request failed')).toEqual([]);
});

describe('every answer', () => {
  test('has a request id, the portal’s time, and headers that browsers obey', async () => {
    const unreadable = ['/%', `/files/${'a'.repeat(2000)}/x`];
    for (const path of ['/', '/health', '/v1/profile', '/nothing', ...unreadable]) {
      const { headers } = await get(path);
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('date')).toBe(new Date(portal.clock.now()).toUTCString());
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test.each([
    ['JSON that is cut off', '{"email":', {}, 400, 'invalid-input'],
    ['another content type', 'email=x', { 'content-type': 'text/plain' }, 415, 'media-type-unsupported'],
    ['no content type', '{"email":"a@b.example"}', { 'content-type': '' }, 415, 'media-type-unsupported'],
    ['no body', '', {}, 400, 'invalid-input'],
    ['a body of 2 MB', JSON.stringify({ email: 'x'.repeat(2_000_000) }), {}, 413, 'request-too-large'],
    ['a prototype', '{"__proto__":{"email":"a@b.example"}}', {}, 400, 'invalid-input'],
  ])('to %s is a refusal with its code', async (_what, body, headers, status, code) => {
    const response = await post('/v1/passwords/links', body, headers);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([status, code]);
  });

  test.each([
    ['email', { email: 'ana\u0000@condor.example' }],
    ['device.name', { device: { ...createTestDevice().description, name: 'PC\u0000' } }],
    ['device.name', { device: { ...createTestDevice().description, name: 'PC\ud800' } }],
  ])('to what no database can hold is a refusal that names %s', async (field, wrong) => {
    const device = createTestDevice();
    const given = { email: 'ana@condor.example', password: testPassword, device: device.description };
    const attempt = portal
      .client(device)
      .sessions.signIn({ ...given, nextTokenHash: createRefreshToken().hash, ...wrong });
    await expect(attempt).rejects.toMatchObject({ code: 'invalid-input', data: { field } });
  });

  test('to U+0000 where any text may stand is none of "internal"', async () => {
    const text = 'uno\0dos';
    const device = createTestDevice();
    const { client } = await portal.signIn('ana@condor.example', testPassword, { device });
    const { sessions, licenses } = portal.client(device);
    const { description } = device;
    const nextTokenHash = createRefreshToken().hash;
    const asked = { idempotencyKey: crypto.randomUUID(), product: 'viga', version: '1.0' };
    const codes = await Promise.all(
      [
        client.licenses.acquire({ ...asked, features: ['eurocode', text] }),
        client.people.listContacts({ search: text }),
        client.people.listContacts({ search: `${text}@condor.example` }),
        client.people.listContacts({ cursor: text }),
        client.sessions.confirmPassword({ password: text }),
        sessions.signIn({ email: 'luis@condor.example', password: text, device: description, nextTokenHash }),
        sessions.withKey({ key: text, device: description }),
        sessions.leaveKey({ key: text }),
        licenses.activate({ key: text, device: description, salt: 'c2Fs' }),
      ].map((call) =>
        call.then(
          () => 'answered',
          (error: unknown) => (error instanceof ORPCError ? error.code : error),
        ),
      ),
    );
    expect(codes).toEqual([
      'invalid-input',
      ...['answered', 'answered', 'invalid-input'],
      ...['invalid-credentials', 'invalid-credentials'],
      ...['key-invalid', 'answered', 'key-invalid'],
    ]);
  });

  test('names the field that is wrong and never its value', async () => {
    const response = await post('/v1/passwords/links', JSON.stringify({ email: 'not-an-email-at-all' }));
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'invalid-input', data: { field: 'email' } });
    expect(text).not.toContain('not-an-email-at-all');
  });

  test('to a person who followed an old link is a page, to a program JSON', async () => {
    const page = await get('/old', { accept: 'text/html' });
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    const told = [
      ['es', 'Esta página no existe'],
      ['en', 'This page does not exist'],
      ['pt', 'Esta página não existe'],
    ];
    for (const [language, title] of told) {
      const text = await (await get(`/ofline?lang=${language}`, { accept: 'text/html' })).text();
      expect(text).toContain(`<h1>${title}</h1>`);
      expect(text).toContain(`<a class="button plain" href="./?lang=${language}">`);
    }
    const json = await get('/old');
    expect([json.status, await json.json()]).toMatchObject([404, { code: 'not-found' }]);
    expect((await get('/v1/old')).status).toBe(404);
  });

  test('to a fault of ours is "internal" with the request’s id, and only the log says more', async () => {
    const { hasher } = portal.services;
    vi.spyOn(hasher, 'verify').mockRejectedValue(new Error('the memory of the machine is full'));
    const device = createTestDevice();
    const url = `${portal.url}/v1/sessions`;
    const response = await post(
      '/v1/sessions',
      JSON.stringify({
        email: 'ana@condor.example',
        password: testPassword,
        device: device.description,
        nextTokenHash: createRefreshToken().hash,
      }),
      { dpop: createProof(device, { method: 'POST', url, at: portal.clock.now() }) },
    );
    vi.restoreAllMocks();
    expect(response.status).toBe(500);
    const body = await response.text();
    expect(JSON.parse(body)).toMatchObject({
      code: 'internal',
      data: { requestId: response.headers.get('x-request-id') },
    });
    expect(body).not.toContain('memory');
    expect(portal.logLines.some((line) => line.includes('the memory of the machine is full'))).toBe(true);
  });
});

describe('policies', () => {
  const base = os.$context<RequestContext>();

  test('every procedure of the contract has one', () => {
    expect(() => assertPolicies(portalRouter, portalContract)).not.toThrow();
  });

  test('a procedure without one, with one that comes too late, or missing keeps the portal from starting', () => {
    const open = base.handler(() => 'anybody');
    const late = base
      .use(({ next }) => next())
      .use(person())
      .handler(() => 'late');
    const good = base.use(anyone()).handler(() => 'good');
    const check = (router: Parameters<typeof assertPolicies>[0]) =>
      assertPolicies(router, { part: { it: oc } });
    expect(() => check({ part: { it: open } })).toThrow('part.it has no policy');
    expect(() => check({ part: { it: late } })).toThrow('part.it has no policy');
    expect(() => check({ part: { other: good } })).toThrow('part.it is not implemented');
    expect(() => check({ part: { it: good } })).not.toThrow();
  });

  test('who may not call learns nothing of the input', async () => {
    const response = await fetch(`${portal.url}/v1/sessions/confirm`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"password":5}',
    });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
      401,
      'not-signed-in',
    ]);
  });
});
