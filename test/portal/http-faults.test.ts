import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startTestPortal, type TestPortal } from './support.ts';

let database: TestDatabase;
let portal: TestPortal;
beforeAll(async () => {
  database = await createTestDatabase();
  portal = await startTestPortal({ database: database.url });
});
afterAll(async () => {
  await portal.close();
  await database.drop();
});

/** Sends bytes as they are, and reads until the portal ends the connection. */
async function sendRaw(bytes: string): Promise<{ head: string; body: unknown }> {
  const { hostname, port } = new URL(portal.url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  const answer = await text(socket);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { head, body: JSON.parse(body) };
}

describe('what Node refuses before there is a request', () => {
  test.each([
    [
      'a header of 17 kB',
      `GET /health HTTP/1.1\r\nHost: x\r\nCookie: ${'a'.repeat(17_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
    ['what is not HTTP', 'hello\r\n\r\n', 400, 'invalid-input'],
    ['a method that does not exist', 'BREW /health HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'invalid-input'],
  ])(
    '%s is answered with a code as every refusal, and the connection ends',
    async (_what, bytes, status, code) => {
      const { head, body } = await sendRaw(bytes);
      expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(body).toMatchObject({ code, status, message: code });
      expect(head).toContain(`Date: ${new Date(portal.clock.now()).toUTCString()}`);
      const id = /X-Request-Id: ([0-9a-f-]{36})/.exec(head)?.[1];
      expect(portal.logLines.map((line) => JSON.parse(line))).toContainEqual(
        expect.objectContaining({ id, code }),
      );
    },
  );
});

describe('a path that is served by other methods', () => {
  test.each([
    ['GET', '/v1/passwords', 'POST'],
    ['PUT', '/v1/trust', 'GET'],
    ['HEAD', '/v1/trust', 'GET'],
    ['POST', '/health', 'GET, HEAD'],
    ['PROPFIND', '/v1/leases', 'POST'],
    ['PUT', `/v1/leases/${crypto.randomUUID()}`, 'DELETE'],
  ])('%s %s is refused, and says which', async (method, path, allow) => {
    const response = await fetch(`${portal.url}${path}?lang=es`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    if (method !== 'HEAD')
      expect(await response.json()).toMatchObject({ code: 'method-not-allowed', status: 405 });
  });

  test('is refused for its method whatever its body is', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await fetch(`${portal.url}/v1/trust`, { method: 'POST', body: 'a=b', headers });
    expect(response.status).toBe(405);
    expect((await fetch(`${portal.url}/v1/old`, { method: 'POST', body: 'a=b', headers })).status).toBe(404);
  });

  test('is a page to a person, in the person’s language', async () => {
    const headers = { accept: 'text/html', 'accept-language': 'es' };
    const response = await fetch(`${portal.url}/v1/passwords`, { headers });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await response.text()).toContain('<h1>Esta dirección no se usa así</h1>');
  });
});
