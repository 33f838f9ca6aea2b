import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGatewayRig, type GatewayRig, json } from '../../../test/fakes/gateway-rig.ts';
import { startServer } from '../../../test/support/odd-server.ts';
import { checkPortal } from './check-portal.ts';

let rig: GatewayRig;
beforeEach(async () => {
  rig = await createGatewayRig();
});
afterEach(() => rig.remove());

describe('whether a portal answers at an address', () => {
  const check = (address: string, http = rig.network()) =>
    checkPortal(http, address, AbortSignal.timeout(5000));
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
