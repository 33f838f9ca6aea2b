import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFixedHardware } from '../../../test/fakes/hardware.ts';
import { createMemoryLog } from '../../../test/fakes/log.ts';
import { createMemorySecrets } from '../../../test/fakes/secrets.ts';
import { createCertificate } from '../../../test/support/certificate.ts';
import { closeServers, startRaw, startServer } from '../../../test/support/odd-server.ts';
import { createSystemClock } from '../adapters/system-clock.ts';
import { createUndiciHttp, type UndiciHttpOptions } from '../adapters/undici-http.ts';
import { createDevice } from '../device/device.ts';
import { createProcessLock } from '../lock/process-lock.ts';
import type { Http } from '../ports/http.ts';
import { checkPortal } from './check-portal.ts';
import { createGateway, noAccess } from './gateway.ts';

let folder: string;
let open: Http[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-gateway-'));
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((http) => http.close()));
  await closeServers();
  await rm(folder, { recursive: true, force: true });
});

function network(change: Partial<UndiciHttpOptions> = {}): Http {
  const http = createUndiciHttp({
    network: () => ({ proxy: null, extraCaFile: null }),
    timeouts: { connect: 2000, headers: 400, body: 400 },
    ...change,
  });
  open.push(http);
  return http;
}

function gatewayTo(address: string, http = network(), access = noAccess) {
  const clock = createSystemClock();
  const log = createMemoryLog();
  const device = createDevice({
    secrets: createMemorySecrets(),
    hardware: createFixedHardware(),
    lock: createProcessLock(folder),
    data: folder,
  });
  return createGateway({ address: () => address, http, device, clock, log, access });
}

const signedIn = { token: async () => 'dG9rZW4', replace: async () => null, ended: async () => {} };
const json = { 'content-type': 'application/json' };

/** What a call to a server that answers so ends with. */
async function faultFrom(address: string, http?: Http) {
  const gateway = gatewayTo(address, http, signedIn);
  const contacts: unknown[] = [];
  gateway.onContact((contact) => contacts.push(contact.ok ? 'ok' : contact.problem.code));
  const error: unknown = await gateway.portal.people.listRoles().catch((thrown: unknown) => thrown);
  if (!(error instanceof Error) || !('code' in error)) throw new Error(`ended with ${JSON.stringify(error)}`);
  const data = 'data' in error && typeof error.data === 'object' && error.data !== null ? error.data : {};
  return { code: error.code, detail: 'detail' in data ? data.detail : undefined, contacts };
}

async function faultOf(answer: Parameters<typeof startServer>[0]) {
  return faultFrom((await startServer(answer)).address);
}

describe('what stands between client and portal has a name of its own', () => {
  test('a name that does not resolve', async () => {
    expect(await faultFrom('http://portal.invalid')).toMatchObject({
      code: 'network-offline',
      contacts: ['network-offline'],
    });
  });

  test('nobody listens', async () => {
    const server = await startServer(() => {});
    await server.close();
    expect(await faultFrom(server.address)).toMatchObject({
      code: 'network-offline',
      detail: 'ECONNREFUSED',
    });
  });

  test('no answer in time', async () => {
    expect(await faultOf(() => {})).toMatchObject({ code: 'network-timeout' });
  });

  test('an answer that stops in the middle and stays open', async () => {
    const fault = await faultOf((_request, response) => {
      response.writeHead(200, { ...json, 'content-length': '100' }).write('{"roles":');
    });
    expect(fault).toMatchObject({ code: 'network-timeout' });
  });

  test('a redirect to the sign-in of a guest network', async () => {
    const fault = await faultOf((_request, response) => {
      response.writeHead(302, { location: 'http://login.hotel.example/?from=x' }).end();
    });
    expect(fault).toMatchObject({ code: 'portal-captive', detail: 'login.hotel.example' });
  });

  test('a sign-in page in the place of an answer', async () => {
    const page = '<!DOCTYPE html><html><form action="/login"><input type="password"></form></html>';
    const fault = await faultOf((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    });
    expect(fault).toMatchObject({ code: 'portal-captive' });
  });

  test('a page under the name of JSON is still a page', async () => {
    const fault = await faultOf((_request, response) => {
      response.writeHead(200, json).end('<html><body>Mantenimiento</body></html>');
    });
    expect(fault).toMatchObject({ code: 'portal-html' });
  });

  test('network authentication required, RFC 6585', async () => {
    expect(await faultOf((_request, response) => response.writeHead(511).end())).toMatchObject({
      code: 'portal-captive',
    });
  });

  test('a page that is no sign-in', async () => {
    const fault = await faultOf((_request, response) => {
      response
        .writeHead(404, { 'content-type': 'text/html; charset=utf-8' })
        .end('<html><h1>404</h1></html>');
    });
    expect(fault).toMatchObject({ code: 'portal-html', detail: 'HTTP 404' });
  });

  test.each([
    [
      'a body shorter than announced',
      (socket: Socket) =>
        socket.end(
          'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{"roles":[',
        ),
    ],
    [
      'a last chunk that never came',
      (socket: Socket) =>
        socket.end(
          'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\na\r\n{"roles":[\r\n',
        ),
    ],
    [
      'half a document, honestly announced',
      (socket: Socket) =>
        socket.end(
          'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{"roles":[',
        ),
    ],
    ['a connection that is dropped before any answer', (socket: Socket) => socket.end()],
  ])('%s', async (_name, talk) => {
    const server = await startRaw((socket) => {
      socket.once('data', () => talk(socket));
    });
    expect(await faultFrom(server.address)).toMatchObject({
      code: 'portal-truncated',
      contacts: ['portal-truncated'],
    });
  });

  test.each([
    [500, 'text/html', '<html>oops</html>'],
    [502, 'text/plain', 'bad gateway'],
    [503, 'application/json', '{"message":"busy"}'],
  ])('%i with %s', async (status, type, body) => {
    const fault = await faultOf((_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    });
    expect(fault).toMatchObject({ code: 'portal-failed', detail: `HTTP ${status}` });
  });

  test.each([
    [403, 'text/plain', 'blocked'],
    [404, 'application/json', '{"message":"no route"}'],
    [451, 'text/plain', 'not here'],
  ])('%i that is not the portal’s', async (status, type, body) => {
    const fault = await faultOf((_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    });
    expect(fault).toMatchObject({ code: 'portal-refused', detail: `HTTP ${status}` });
  });

  test('an answer that the contract does not know', async () => {
    const fault = await faultOf((_request, response) =>
      response.writeHead(200, json).end('{"roles":[{"id":7}]}'),
    );
    expect(fault).toMatchObject({ code: 'portal-failed', detail: 'contract' });
  });

  test('something that is neither JSON nor a page', async () => {
    const fault = await faultOf((_request, response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end('x'),
    );
    expect(fault).toMatchObject({ code: 'portal-failed' });
  });

  test('an answer without end', async () => {
    const fault = await faultOf((_request, response) => {
      response.writeHead(200, json);
      const more = () => {
        while (response.write(Buffer.alloc(1 << 20, 32)));
      };
      response.on('drain', more).on('error', () => undefined);
      more();
    });
    expect(fault).toMatchObject({ code: 'portal-failed', detail: 'too-long' });
  });
});

describe('the portal’s own refusals', () => {
  test('keep code and data, count as contact, and are not repeated', async () => {
    const server = await startServer((_request, response) => {
      response.writeHead(429, { ...json, date: new Date().toUTCString() }).end(
        JSON.stringify({
          defined: true,
          code: 'too-many-requests',
          status: 429,
          message: 'slow',
          data: { retryAfter: 7 },
        }),
      );
    });
    const gateway = gatewayTo(server.address, undefined, signedIn);
    const contacts: boolean[] = [];
    gateway.onContact((contact) => contacts.push(contact.ok));
    const call = gateway.portal.people.createContact({
      email: 'nadie@condor.example',
      firstName: 'N',
      lastName: 'N',
      roleId: '0195b0a0-4000-7000-8000-000000000001',
      idempotencyKey: '0195b0a0-4000-7000-8000-000000000002',
    });
    await expect(call).rejects.toMatchObject({
      name: 'AldabaError',
      code: 'too-many-requests',
      data: { retryAfter: 7 },
    });
    expect(contacts).toEqual([true]);
    expect(server.requests).toHaveLength(1);
  });

  test('a failing call that changes something is sent once', async () => {
    const server = await startServer((_request, response) => response.writeHead(500).end());
    const gateway = gatewayTo(server.address, undefined, signedIn);
    await expect(
      gateway.portal.people.suspendContact({ id: '0195b0a0-4000-7000-8000-000000000002' }),
    ).rejects.toMatchObject({
      code: 'portal-failed',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('what the contract does not allow is not even sent', async () => {
    const server = await startServer((_request, response) => response.writeHead(200).end());
    const gateway = gatewayTo(server.address, undefined, signedIn);
    await expect(gateway.portal.people.getContact({ id: 'seven' })).rejects.toMatchObject({
      code: 'invalid-input',
    });
    expect(server.requests).toHaveLength(0);
  });

  test('nobody signed in is known without asking', async () => {
    const server = await startServer((_request, response) => response.writeHead(200).end());
    await expect(gatewayTo(server.address).portal.people.listRoles()).rejects.toMatchObject({
      code: 'not-signed-in',
    });
    expect(server.requests).toHaveLength(0);
  });

  test('a caller that gives up hears cancelled', async () => {
    const server = await startServer(() => {});
    const abort = new AbortController();
    const gateway = gatewayTo(
      server.address,
      network({ timeouts: { connect: 2000, headers: 20_000, body: 20_000 } }),
      signedIn,
    );
    const call = gateway.portal.people.listRoles(undefined, { signal: abort.signal });
    await expect.poll(() => server.requests.length).toBe(1);
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('certificates', () => {
  const authority = createCertificate({ commonName: 'Autoridad de prueba' });
  const good = createCertificate({ commonName: 'portal', hosts: ['127.0.0.1'], issuer: authority });
  const roles: Parameters<typeof startServer>[0] = (_request, response) =>
    response.writeHead(200, json).end('{"roles":[],"helpUrl":"https://portal.example/help"}');

  async function trusting(pem: string): Promise<Http> {
    const file = join(folder, 'ca.pem');
    await writeFile(file, pem);
    return network({ network: () => ({ proxy: null, extraCaFile: file }) });
  }

  test('one that signs itself', async () => {
    const self = createCertificate({ commonName: 'portal', hosts: ['127.0.0.1'] });
    const { address } = await startServer(roles, self);
    expect(await faultFrom(address)).toMatchObject({
      code: 'portal-certificate',
      detail: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  test('an authority that nobody knows, until its file is given', async () => {
    const { address } = await startServer(roles, good);
    expect(await faultFrom(address)).toMatchObject({ code: 'portal-certificate' });
    const gateway = gatewayTo(address, await trusting(authority.cert), signedIn);
    expect(await gateway.portal.people.listRoles()).toEqual({
      roles: [],
      helpUrl: 'https://portal.example/help',
    });
  });

  test('another name, and another time', async () => {
    const http = await trusting(authority.cert);
    const named = createCertificate({ commonName: 'other', hosts: ['other.example'], issuer: authority });
    const { address } = await startServer(roles, named);
    expect(await faultFrom(address, http)).toMatchObject({
      code: 'portal-certificate',
      detail: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    const old = createCertificate({
      commonName: 'portal',
      hosts: ['127.0.0.1'],
      issuer: authority,
      notBefore: Date.now() - 9e8,
      notAfter: Date.now() - 8e8,
    });
    const expired = await startServer(roles, old);
    expect(await faultFrom(expired.address, http)).toMatchObject({
      code: 'portal-certificate',
      detail: 'CERT_HAS_EXPIRED',
    });
  });

  test('a file of authorities that is missing or holds none', async () => {
    const { address } = await startServer(roles, good);
    const missing = network({ network: () => ({ proxy: null, extraCaFile: join(folder, 'none.pem') }) });
    expect(await faultFrom(address, missing)).toMatchObject({
      code: 'portal-certificate',
      detail: 'extra-ca-file',
    });
    expect(await faultFrom(address, await trusting('nothing'))).toMatchObject({ detail: 'extra-ca-file' });
  });

  test('a changed setting counts from the next request', async () => {
    const { address } = await startServer(roles, good);
    const file = join(folder, 'late.pem');
    await writeFile(file, authority.cert);
    let extraCaFile: string | null = null;
    const gateway = gatewayTo(address, network({ network: () => ({ proxy: null, extraCaFile }) }), signedIn);
    await expect(gateway.portal.people.listRoles()).rejects.toMatchObject({ code: 'portal-certificate' });
    extraCaFile = file;
    await gateway.portal.people.listRoles();
  });
});

describe('proxy', () => {
  /** A proxy that knows one host name and leads it to this machine. */
  async function startProxy(port: number, password?: string) {
    const wanted = password === undefined ? undefined : `Basic ${Buffer.from(password).toString('base64')}`;
    const connects: string[] = [];
    const proxy = await startRaw((socket) => {
      socket.once('data', (first) => {
        const head = first.toString('latin1');
        connects.push(head.split('\r\n')[0] ?? '');
        const given = /proxy-authorization: (.+)\r\n/i.exec(head)?.[1];
        if (wanted !== undefined && given !== wanted) {
          socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
          return;
        }
        const upstream = connect(port, '127.0.0.1', () => {
          if (head.startsWith('CONNECT')) socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
          else upstream.write(first);
          socket.pipe(upstream).pipe(socket);
        });
        upstream.on('error', () => socket.destroy());
      });
    });
    return { ...proxy, connects };
  }

  const authority = createCertificate({ commonName: 'Autoridad de prueba' });
  const certificate = createCertificate({
    commonName: 'portal',
    hosts: ['portal.example'],
    issuer: authority,
  });
  const roles: Parameters<typeof startServer>[0] = (_request, response) =>
    response.writeHead(200, json).end('{"roles":[],"helpUrl":""}');

  test('TLS goes through it untouched, with the company’s own authority', async () => {
    const server = await startServer(roles, certificate);
    const proxy = await startProxy(server.port);
    const file = join(folder, 'ca.pem');
    await writeFile(file, authority.cert);
    const http = network({ network: () => ({ proxy: proxy.address, extraCaFile: file }) });
    await gatewayTo('https://portal.example', http, signedIn).portal.people.listRoles();
    expect(proxy.connects).toEqual(['CONNECT portal.example:443 HTTP/1.1']);
    const without = network({ network: () => ({ proxy: proxy.address, extraCaFile: null }) });
    expect(await faultFrom('https://portal.example', without)).toMatchObject({ code: 'portal-certificate' });
  });

  test('one that wants a password says so, and takes it from its address', async () => {
    const server = await startServer(roles, certificate);
    const proxy = await startProxy(server.port, 'ana:clave');
    const file = join(folder, 'ca.pem');
    await writeFile(file, authority.cert);
    const through = (address: string) => network({ network: () => ({ proxy: address, extraCaFile: file }) });
    const refused = await faultFrom('https://portal.example', through(proxy.address));
    expect(refused).toMatchObject({ code: 'portal-refused', detail: 'proxy 407' });
    const named = proxy.address.replace('http://', 'http://ana:clave@');
    await gatewayTo('https://portal.example', through(named), signedIn).portal.people.listRoles();
  });

  test('one that is gone is no network', async () => {
    const proxy = await startProxy(1);
    await proxy.close();
    const http = network({ network: () => ({ proxy: proxy.address, extraCaFile: null }) });
    expect(await faultFrom('https://portal.example', http)).toMatchObject({ code: 'network-offline' });
  });

  test('this machine is reached without it', async () => {
    const server = await startServer(roles);
    const proxy = await startProxy(server.port);
    const http = network({ network: () => ({ proxy: proxy.address, extraCaFile: null }) });
    await gatewayTo(server.address, http, signedIn).portal.people.listRoles();
    expect(proxy.connects).toEqual([]);
  });

  test('the environment’s counts while none is set, except for hosts that it names', async () => {
    const server = await startServer(roles, certificate);
    const proxy = await startProxy(server.port);
    const file = join(folder, 'ca.pem');
    await writeFile(file, authority.cert);
    const settings = { network: () => ({ proxy: null, extraCaFile: file }) };
    await gatewayTo(
      'https://portal.example',
      network({ ...settings, environment: { httpsProxy: proxy.address } }),
      signedIn,
    ).portal.people.listRoles();
    expect(proxy.connects).toHaveLength(1);
    const excepted = network({
      ...settings,
      environment: { httpsProxy: proxy.address, noProxy: '.example' },
    });
    expect(await faultFrom('https://portal.example', excepted)).toMatchObject({ code: 'network-offline' });
    expect(proxy.connects).toHaveLength(1);
  });
});

describe('whether a portal answers at an address', () => {
  const check = (address: string, http = network()) => checkPortal(http, address, AbortSignal.timeout(5000));
  const good = JSON.stringify({ portal: 'aldaba-portal', api: 'v1', name: 'Portal', buyUrl: null });

  test('it says who it is', async () => {
    const server = await startServer((_request, response) => response.writeHead(200, json).end(good));
    expect(await check(server.address)).toMatchObject({ name: 'Portal' });
    expect(server.requests[0]?.url).toBe('/.well-known/aldaba.json');
  });

  test.each([
    ['another site', 404, 'text/html', '<html>no</html>', 'portal-not-aldaba'],
    ['another interface', 404, 'application/json', '{}', 'portal-not-aldaba'],
    ['another document there', 200, 'application/json', '{"portal":"other"}', 'portal-not-aldaba'],
    ['an ordinary page', 200, 'text/html', '<html><p>Bienvenidos</p></html>', 'portal-not-aldaba'],
    ['a guest network', 200, 'text/html', '<html><form></form></html>', 'portal-captive'],
    ['a portal that is down', 503, 'text/html', '<html></html>', 'portal-failed'],
  ])('%s', async (_name, status, type, body, code) => {
    const server = await startServer((_request, response) =>
      response.writeHead(status, { 'content-type': type }).end(body),
    );
    await expect(check(server.address)).rejects.toMatchObject({ code });
  });

  test('https where only http is spoken', async () => {
    const server = await startServer((_request, response) => response.writeHead(200, json).end(good));
    await expect(check(server.address.replace('http:', 'https:'))).rejects.toMatchObject({
      code: 'portal-not-aldaba',
    });
  });
});

describe('files', () => {
  test('come from the portal alone, with a range', async () => {
    const server = await startServer((_request, response) => response.writeHead(206).end('rest'));
    const gateway = gatewayTo(`${server.address}/aldaba`);
    const signal = AbortSignal.timeout(5000);
    const response = await gateway.fetchFile('/files/a?ticket=b', { from: 5, ifRange: '"e"', signal });
    expect(await response.text()).toBe('rest');
    expect(server.requests[0]).toMatchObject({
      url: '/aldaba/files/a?ticket=b',
      headers: { range: 'bytes=5-', 'if-range': '"e"' },
    });
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
    for (const path of ['https://elsewhere.example/files/a', '//elsewhere.example/a', 'file:///etc/passwd']) {
      await expect(gateway.fetchFile(path, { from: 0, signal })).rejects.toMatchObject({
        code: 'portal-refused',
      });
    }
  });
});
