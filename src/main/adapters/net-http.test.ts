import { expect, test } from 'vitest';
import { createFakeSession } from '../../../test/fakes/electron/session.ts';
import { closeServers, startServer } from '../../../test/support/odd-server.ts';
import type { HttpRequest } from '../../core/ports/http.ts';
import { createNetHttp } from './net-http.ts';

const http = (network: (url: string, init?: RequestInit) => Promise<Response>) => {
  const session = createFakeSession('portal');
  session.network = network;
  return createNetHttp(session as unknown as Parameters<typeof createNetHttp>[0]);
};

const page: HttpRequest = {
  url: 'https://portal.example/',
  method: 'GET',
  headers: new Headers(),
  body: null,
  signal: new AbortController().signal,
};

test('sends method, headers and body, and takes neither cookies nor a cache nor a redirect', async () => {
  let seen: RequestInit | undefined;
  const { fetch } = http(async (_url, init) => {
    seen = init;
    return new Response('{}', { status: 201 });
  });
  const answer = await fetch({
    ...page,
    method: 'POST',
    headers: new Headers({ dpop: 'p' }),
    body: new TextEncoder().encode('{"a":1}'),
  });
  expect(answer.status).toBe(201);
  expect(seen).toMatchObject({ method: 'POST', redirect: 'manual', credentials: 'omit', cache: 'no-store' });
  expect(seen?.headers).toMatchObject({ dpop: 'p' });
  expect(new TextDecoder().decode(seen?.body as Uint8Array)).toBe('{"a":1}');
});

test('a redirect, as a captive network sends it, arrives as one', async () => {
  const { fetch } = http(() => Promise.reject(new Error('Redirect was cancelled')));
  expect((await fetch(page)).status).toBe(302);
});

test.each([
  ['net::ERR_CERT_AUTHORITY_INVALID', 'portal-certificate'],
  ['net::ERR_INTERNET_DISCONNECTED', 'network-offline'],
  ['net::ERR_CONNECTION_TIMED_OUT', 'network-timeout'],
  ['net::ERR_CONTENT_LENGTH_MISMATCH', 'portal-truncated'],
])('%s is %s', async (message, code) => {
  const { fetch } = http(() => Promise.reject(new Error(message)));
  await expect(fetch(page)).rejects.toMatchObject({ code });
});

test('the diagnosis goes through the proxy that the system names for the address', async () => {
  const proxy = await startServer((_request, response) => response.end());
  const session = createFakeSession('portal') as unknown as Parameters<typeof createNetHttp>[0];
  session.resolveProxy = async () => `PROXY 127.0.0.1:${proxy.port}; DIRECT`;
  const { inspect } = createNetHttp(session);
  expect(await inspect('http://portal.example/', AbortSignal.timeout(10_000))).toMatchObject({
    proxy: { address: proxy.address, source: 'system' },
    certificates: [],
  });
  session.resolveProxy = async () => 'DIRECT';
  expect(await inspect(proxy.address, AbortSignal.timeout(10_000))).toMatchObject({ proxy: null });
  await closeServers();
});
