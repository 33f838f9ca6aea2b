import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createGatewayRig,
  type GatewayRig,
  impatient,
  json,
  signedIn,
} from '../../../test/fakes/gateway-rig.ts';
import { collectGarbage } from '../../../test/support/collect-garbage.ts';
import { startRaw, startServer } from '../../../test/support/odd-server.ts';

let rig: GatewayRig;
beforeEach(async () => {
  rig = await createGatewayRig();
});
afterEach(() => rig.remove());

describe('what stands between client and portal has a name of its own', () => {
  test('a name that does not resolve', async () => {
    expect(await rig.faultFrom('http://portal.invalid')).toMatchObject({
      code: 'network-offline',
      contacts: ['network-offline'],
    });
  });

  test('nobody listens', async () => {
    const server = await startServer(() => {});
    await server.close();
    expect(await rig.faultFrom(server.address)).toMatchObject({
      code: 'network-offline',
      detail: 'ECONNREFUSED',
    });
  });

  test('no answer in time', async () => {
    const fault = await rig.faultOf(() => {}, rig.network(impatient));
    expect(fault).toMatchObject({ code: 'network-timeout' });
  });

  test('an answer that says that it serves nobody now is a contact, and no sign to ask for more', async () => {
    const contacts: unknown[] = [];
    const ask = async (status: number) => {
      const server = await startServer((_request, response) =>
        response.writeHead(status, json).end('{"roles":[],"helpUrl":"https://portal.example/help"}'),
      );
      const gateway = rig.gatewayTo(server.address, undefined, signedIn);
      gateway.onContact((contact) => contacts.push([status, contact.ok && contact.serves]));
      await gateway.portal.people.listRoles().catch(() => undefined);
    };
    for (const status of [200, 404, 429, 500, 503]) await ask(status);
    expect(contacts).toEqual([
      [200, true],
      [404, true],
      [429, false],
      [500, false],
      [503, false],
    ]);
  });

  test('an answer that stops in the middle and stays open', async () => {
    const fault = await rig.faultOf((_request, response) => {
      response.writeHead(200, { ...json, 'content-length': '100' }).write('{"roles":');
    }, rig.network(impatient));
    expect(fault).toMatchObject({ code: 'network-timeout' });
  });

  test('a redirect to the sign-in of a guest network', async () => {
    const fault = await rig.faultOf((_request, response) => {
      response.writeHead(302, { location: 'http://login.hotel.example/?from=x' }).end();
    });
    expect(fault).toMatchObject({ code: 'portal-captive', detail: 'login.hotel.example' });
  });

  test('a sign-in page in the place of an answer', async () => {
    const page = '<!DOCTYPE html><html><form action="/login"><input type="password"></form></html>';
    const fault = await rig.faultOf((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    });
    expect(fault).toMatchObject({ code: 'portal-captive' });
  });

  test('a page under the name of JSON is still a page', async () => {
    const fault = await rig.faultOf((_request, response) => {
      response.writeHead(200, json).end('<html><body>Mantenimiento</body></html>');
    });
    expect(fault).toMatchObject({ code: 'portal-html' });
  });

  test('network authentication required, RFC 6585', async () => {
    expect(await rig.faultOf((_request, response) => response.writeHead(511).end())).toMatchObject({
      code: 'portal-captive',
    });
  });

  test('a page that is no sign-in', async () => {
    const fault = await rig.faultOf((_request, response) => {
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
    expect(await rig.faultFrom(server.address)).toMatchObject({
      code: 'portal-truncated',
      contacts: ['portal-truncated'],
    });
  });

  test.each([
    [500, 'text/html', '<html>oops</html>'],
    [502, 'text/plain', 'bad gateway'],
    [503, 'application/json', '{"message":"busy"}'],
  ])('%i with %s', async (status, type, body) => {
    const fault = await rig.faultOf((_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    });
    expect(fault).toMatchObject({ code: 'portal-failed', detail: `HTTP ${status}` });
  });

  test.each([
    [403, 'text/plain', 'blocked'],
    [404, 'application/json', '{"message":"no route"}'],
    [451, 'text/plain', 'not here'],
  ])('%i that is not the portal’s', async (status, type, body) => {
    const fault = await rig.faultOf((_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    });
    expect(fault).toMatchObject({ code: 'portal-refused', detail: `HTTP ${status}` });
  });

  test('an answer that the contract does not know', async () => {
    const fault = await rig.faultOf((_request, response) =>
      response.writeHead(200, json).end('{"roles":[{"id":7}]}'),
    );
    expect(fault).toMatchObject({ code: 'portal-failed', detail: 'contract' });
  });

  test('something that is neither JSON nor a page', async () => {
    const fault = await rig.faultOf((_request, response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end('x'),
    );
    expect(fault).toMatchObject({ code: 'portal-failed' });
  });

  test('an answer without end', async () => {
    const fault = await rig.faultOf((_request, response) => {
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
    const gateway = rig.gatewayTo(server.address, undefined, signedIn);
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
    const gateway = rig.gatewayTo(server.address, undefined, signedIn);
    await expect(
      gateway.portal.people.suspendContact({ id: '0195b0a0-4000-7000-8000-000000000002' }),
    ).rejects.toMatchObject({
      code: 'portal-failed',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('what the contract does not allow is not even sent', async () => {
    const server = await startServer((_request, response) => response.writeHead(200).end());
    const gateway = rig.gatewayTo(server.address, undefined, signedIn);
    await expect(gateway.portal.people.getContact({ id: 'seven' })).rejects.toMatchObject({
      code: 'invalid-input',
    });
    expect(server.requests).toHaveLength(0);
  });

  test('nobody signed in is known without asking', async () => {
    const server = await startServer((_request, response) => response.writeHead(200).end());
    await expect(rig.gatewayTo(server.address).portal.people.listRoles()).rejects.toMatchObject({
      code: 'not-signed-in',
    });
    expect(server.requests).toHaveLength(0);
  });

  test('a caller that gives up hears cancelled', async () => {
    const server = await startServer(() => {});
    const abort = new AbortController();
    const gateway = rig.gatewayTo(server.address, undefined, signedIn);
    const call = gateway.portal.people.listRoles(undefined, { signal: abort.signal });
    await expect.poll(() => server.requests.length).toBe(1);
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('files', () => {
  test('come from the portal alone, with a range', async () => {
    const server = await startServer((_request, response) => response.writeHead(206).end('rest'));
    const gateway = rig.gatewayTo(`${server.address}/aldaba`);
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

  test('stop coming when they are not wanted any more, however long ago they were asked for', async () => {
    const server = await startServer((_request, response) => void response.writeHead(200).write('first'));
    const unwanted = new AbortController();
    const gateway = rig.gatewayTo(server.address);
    const response = await gateway.fetchFile('/files/a', { from: 0, signal: unwanted.signal });
    const reader = response.body?.getReader() ?? expect.fail('no body');
    await reader.read();
    await collectGarbage();
    unwanted.abort();
    await expect(reader.read()).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test('what this machine refuses before anything is sent is not said of the portal', async () => {
  const contacts: unknown[] = [];
  const refused = Object.assign(new Error('EACCES: permission denied'), {
    code: 'EACCES',
    syscall: 'mkdir',
    path: '/run/user/1000/aldaba',
  });
  const access = { ...signedIn, token: () => Promise.reject(refused) };
  const gateway = rig.gatewayTo('http://portal.example', rig.network(), access);
  gateway.onContact((contact) => contacts.push(contact));
  await expect(gateway.portal.people.listRoles()).rejects.toMatchObject({
    code: 'folder-not-writable',
    data: { file: '/run/user/1000/aldaba' },
  });
  expect(contacts).toEqual([]);
});

test('a call that begins while the client ends asks nobody, and keeps it from ending by nothing', async () => {
  const http = { fetch: vi.fn(() => new Promise<never>(() => {})), close: async () => {} };
  const gateway = rig.gatewayTo('http://portal.example', http, signedIn, AbortSignal.abort());
  await expect(gateway.portal.people.listRoles()).rejects.toMatchObject({ code: 'cancelled' });
  expect(http.fetch).not.toHaveBeenCalled();
});
