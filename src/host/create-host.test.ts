import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink as FetchLink } from '@orpc/client/fetch';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { implement } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { becomes } from '../../test/support/becomes.ts';
import { rawRequest } from '../../test/support/raw-request.ts';
import { type ClientContract, clientContract } from '../contract/client.ts';
import { windowKeyHeader } from '../contract/window-link.ts';
import { createHost, type Host } from './create-host.ts';

const on = implement(clientContract);
const signOut = vi.fn();
const client = {
  session: {
    signOut: on.session.signOut.handler(() => {
      signOut();
      return { told: true };
    }),
  },
  licenses: { renew: on.licenses.renew.handler(() => undefined) },
};

let folder: string;
let host: Host;
let cookie: string;
let key: string;
const warn = vi.fn();
const used = vi.fn();

const send = (path: string, options: Parameters<typeof rawRequest>[2] = {}) =>
  rawRequest(host.origin, path, options);
const mine = () => ({ cookie, origin: host.origin, [windowKeyHeader]: key });
const askForKey = (headers: Record<string, string>) => send('/rpc', { method: 'POST', headers });
const call = (headers: Record<string, string>) =>
  send('/rpc/session/signOut', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"json":null}',
  });
const open = (headers: Record<string, string>, path = '/rpc', protocol = key) =>
  new Promise<number | WebSocket>((resolve) => {
    const socket = new WebSocket(`${host.origin.replace('http', 'ws')}${path}`, protocol, { headers });
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (_request, answer) => resolve(answer.statusCode ?? 0));
    socket.once('error', () => resolve(0));
  });

const start = (port: number) =>
  createHost({
    client,
    page: join(folder, 'page'),
    port,
    refusalWords: (why) => ({ language: 'pt', title: why, means: 'Means <b>.', next: 'Next.' }),
    used,
    log: { warn },
  });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-host-'));
  await mkdir(join(folder, 'page'));
  await writeFile(join(folder, 'page', 'index.html'), '<!doctype html><title>Aldaba</title>');
  await writeFile(join(folder, 'secret.json'), '{}');
  host = await start(0);
  const first = await send(new URL(host.createLink()).pathname);
  cookie = first.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  key = (await askForKey({ cookie, origin: host.origin })).body;
});
afterEach(async () => {
  await host.close();
  await rm(folder, { recursive: true });
});

describe('the launch link', () => {
  test('becomes a cookie that scripts and other sites cannot use, and a clean address', async () => {
    const answer = await send(new URL(host.createLink()).pathname);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/');
    expect(answer.headers['set-cookie']).toHaveLength(1);
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^aldaba-\d+=[A-Za-z0-9_-]{43}; HttpOnly; SameSite=Strict; Path=\/$/,
    );
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
  });

  test('is good once', async () => {
    const link = host.createLink();
    const path = new URL(link).pathname;
    expect((await send(path)).status).toBe(303);
    expect(used).toHaveBeenLastCalledWith(link);
    used.mockClear();
    const again = await send(path);
    expect([again.status, again.body]).toEqual([403, 'usedLink. Means <b>. Next.\n']);
    expect(used).not.toHaveBeenCalled();
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  test('followed again by the browser that it let in, leads to the page without a second cookie', async () => {
    const path = new URL(host.createLink()).pathname;
    const first = await send(path);
    const own = first.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const again = await send(path, { headers: { cookie: own } });
    expect([again.status, again.headers['set-cookie']]).toEqual([303, undefined]);
  });

  test.each(['', 'x', 'A'.repeat(43), '..', '%00'])('a made-up one (%j) opens nothing', async (token) => {
    const answer = await send(`/launch/${token}`);
    expect([answer.status, answer.headers['set-cookie']]).toEqual([403, undefined]);
  });

  test('a POST does not use it up', async () => {
    const path = new URL(host.createLink()).pathname;
    expect((await send(path, { method: 'POST', headers: { origin: host.origin } })).status).toBe(405);
    expect((await send(path)).status).toBe(303);
  });
});

describe('the page', () => {
  test('comes with the cookie, under the content policy of Electron', async () => {
    const answer = await send('/', { headers: { cookie } });
    expect([answer.status, answer.body]).toEqual([200, '<!doctype html><title>Aldaba</title>']);
    expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  test.each([
    ['no cookie', {}],
    ['another value', { cookie: 'aldaba-1=x' }],
    ['an empty one', { cookie: '' }],
  ])('without: %s', async (_name, headers) => {
    const answer = await send('/', { headers });
    expect([answer.status, answer.body]).toEqual([401, 'noLink. Means <b>. Next.\n']);
  });

  test('a link from another site gets one step that carries the cookie, and no more', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const step = await send('/', { headers: foreign });
    expect([step.status, step.body]).toEqual([
      200,
      '<!doctype html><meta http-equiv="refresh" content="0;url=/">',
    ]);
    const after = await send('/', {
      headers: { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' },
    });
    expect(after.status).toBe(401);
  });

  test.each([
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/..%5csecret.json',
    '//secret.json',
    '/rpc/../../secret.json',
  ])('never a file outside of it: %s', async (path) => {
    const answer = await send(path, { headers: { cookie } });
    expect(answer.body).not.toContain('{}');
    expect([404, 405]).toContain(answer.status);
  });

  test.each(['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'POST'])('%s is refused', async (method) => {
    const answer = await send('/', { method, headers: mine() });
    expect(answer.status).toBe(405);
    expect(answer.headers['access-control-allow-methods']).toBeUndefined();
  });
});

describe('in place of the page', () => {
  const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

  test.each([
    ['/', 401, 'noLink'],
    [`/launch/${'A'.repeat(43)}`, 403, 'usedLink'],
  ])(
    '%s: a person reads what happened, under the same content policy, and nothing of theirs is in it',
    async (path, status, title) => {
      const answer = await send(path, { headers: browser });
      expect([answer.status, answer.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
      expect(answer.body).toContain('<html lang="pt">');
      expect(answer.body).toContain(`<h1>${title}</h1>`);
      expect(answer.body).toContain('Means &lt;b&gt;.');
      const policy = answer.headers['content-security-policy'] ?? '';
      const [, nonce] = /'nonce-([^']+)'/.exec(String(policy)) ?? [];
      expect(answer.body).toContain(`<style nonce="${nonce}">`);
      const page = await send('/', { headers: { cookie } });
      const withoutNonce = (headers: typeof page.headers) =>
        String(headers['content-security-policy']).replace(/'nonce-[^']+'/, '');
      expect(withoutNonce(answer.headers)).toBe(withoutNonce(page.headers));
      for (const name of ['cache-control', 'x-frame-options', 'referrer-policy', 'x-content-type-options'])
        expect(answer.headers[name]).toBe(page.headers[name]);
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(answer.body).not.toContain('A'.repeat(43));
    },
  );

  test.each([{}, { accept: '*/*' }, { accept: 'application/json' }])(
    'a program (%j) gets a line of text',
    async (headers) => {
      const answer = await send('/', { headers });
      expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
        401,
        'text/plain; charset=utf-8',
        'noLink. Means <b>. Next.\n',
      ]);
    },
  );
});

describe('who else asks', () => {
  const names = ['aldaba.attacker.example', 'localhost', '127.0.0.1', '127.0.0.1:1', '[::1]'];

  test.each(names)('a rebound name or another port (Host: %s) gets nothing, cookie or not', async (name) => {
    for (const path of ['/', new URL(host.createLink()).pathname]) {
      const answer = await send(path, { headers: { host: name, cookie } });
      expect([answer.status, answer.headers['set-cookie']]).toEqual([421, undefined]);
    }
    expect((await call({ ...mine(), host: name })).status).toBe(421);
    expect(await open({ ...mine(), host: name })).toBe(403);
    expect(signOut).not.toHaveBeenCalled();
  });

  test.each(['https://attacker.example', 'null', 'http://127.0.0.1:1', 'http://localhost'])(
    'a page of %s gets nothing, cookie or not',
    async (origin) => {
      expect((await call({ cookie, origin })).status).toBe(403);
      expect(await open({ cookie, origin })).toBe(403);
      expect((await send('/', { headers: { cookie, origin } })).status).toBe(403);
      expect(signOut).not.toHaveBeenCalled();
    },
  );

  test('what strangers ask for fills no log', async () => {
    await send(`/${'a'.repeat(15_000)}`, { headers: { origin: 'https://attacker.example' } });
    const [fields] = warn.mock.lastCall ?? [];
    expect(fields).toEqual({ refusal: 'foreign-origin', path: `/${'a'.repeat(199)}` });
  });

  test('a page embeds nothing of ours', async () => {
    const headers = { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect((await send('/index.html', { headers })).status).toBe(403);
  });

  test('a call without an origin is no page of ours', async () => {
    expect((await call({ cookie })).status).toBe(403);
    expect(await open({ cookie })).toBe(403);
  });

  test('a call without the cookie is told that a new link is needed', async () => {
    expect((await call({ origin: host.origin })).status).toBe(401);
    expect(await open({ origin: host.origin })).toBe(401);
    expect(signOut).not.toHaveBeenCalled();
  });

  test('the cookie alone, which every port of this machine hears, opens no window and calls nothing', async () => {
    const heard = { cookie, origin: host.origin };
    expect((await call(heard)).status).toBe(401);
    expect((await call({ ...heard, [windowKeyHeader]: 'A'.repeat(43) })).status).toBe(401);
    expect(await open(heard, '/rpc', 'A'.repeat(43))).toBe(401);
    expect(signOut).not.toHaveBeenCalled();
  });

  test('the key is given until a window came with it, then to whoever has it', async () => {
    const heard = { cookie, origin: host.origin };
    expect((await askForKey({ origin: host.origin })).status).toBe(401);
    expect((await askForKey({ cookie })).status).toBe(403);
    // The answer to the first may have been lost.
    expect(await askForKey(heard)).toMatchObject({ status: 200, body: key });
    expect(await open(mine())).toBeInstanceOf(WebSocket);
    expect((await askForKey(heard)).status).toBe(401);
    expect(await askForKey(mine())).toMatchObject({ status: 200, body: key });
  });

  test('the key of another launch', async () => {
    const other = await send(new URL(host.createLink()).pathname);
    const headers = {
      cookie: other.headers['set-cookie']?.[0]?.split(';')[0] ?? '',
      origin: host.origin,
    };
    expect(await open(headers)).toBe(401);
    expect((await call({ ...headers, [windowKeyHeader]: key })).status).toBe(401);
  });

  test('a socket elsewhere than at /rpc', async () => {
    expect(await open(mine(), '/')).toBe(404);
  });
});

describe('procedures', () => {
  test('over fetch', async () => {
    const link = new FetchLink({ url: `${host.origin}/rpc`, headers: mine });
    const rpc: ContractRouterClient<ClientContract> = createORPCClient(link);
    await rpc.session.signOut();
    expect(signOut).toHaveBeenCalledOnce();
  });

  test('over one socket per window, of any number of windows', async () => {
    const windows = await Promise.all(Array.from({ length: 12 }, () => open(mine())));
    expect(host.windows).toBe(12);
    for (const socket of windows) {
      if (!(socket instanceof WebSocket)) throw new Error(`refused with ${socket}`);
      const rpc: ContractRouterClient<ClientContract> = createORPCClient(
        new SocketLink({ websocket: socket as unknown as globalThis.WebSocket }),
      );
      await rpc.licenses.renew();
      socket.close();
    }
    await becomes(() => expect(host.windows).toBe(0));
  });

  test('more than any input of the contract is refused unread', async () => {
    const answer = await send('/rpc/session/signOut', {
      method: 'POST',
      headers: { ...mine(), 'content-type': 'application/json' },
      body: JSON.stringify({ json: 'x'.repeat(600 * 1024) }),
    });
    expect(answer.status).toBe(413);
  });

  test('closing ends every window and frees the port', async () => {
    const socket = await open(mine());
    if (!(socket instanceof WebSocket)) throw new Error('refused');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const { port } = new URL(host.origin);
    await host.close();
    await closed;
    host = await start(Number(port));
    expect(new URL(host.origin).port).toBe(port);
    await expect(start(Number(port))).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
