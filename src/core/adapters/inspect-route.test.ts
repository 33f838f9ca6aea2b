import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCertificate } from '../../../test/support/certificate.ts';
import { closeServers, startRaw, startServer } from '../../../test/support/odd-server.ts';
import type { Http } from '../ports/http.ts';
import { createUndiciHttp, type UndiciHttpOptions } from './undici-http.ts';

const authority = createCertificate({ commonName: 'Condor Inspection CA' });
const certificate = createCertificate({
  commonName: 'portal.example',
  hosts: ['portal.example', '127.0.0.1'],
  issuer: authority,
});
let folder: string;
let extraCaFile: string;
let http: Http | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-inspect-'));
  extraCaFile = join(folder, 'ca.pem');
  await writeFile(extraCaFile, authority.cert);
});
afterEach(async () => {
  await http?.close();
  await closeServers();
  await rm(folder, { recursive: true, force: true });
});

async function inspect(url: string, options: UndiciHttpOptions) {
  http = createUndiciHttp(options);
  return http.inspect?.(url, AbortSignal.timeout(10_000));
}

async function startProxy(port: number) {
  return startRaw((socket) => {
    socket.once('data', () => {
      const onward = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
    });
  });
}

test('who vouches for the portal is told, whether this machine trusts it or not', async () => {
  const { address } = await startServer((_request, response) => response.end(), {
    ...certificate,
    cert: certificate.cert + authority.cert,
  });
  const network = { proxy: null, extraCaFile };
  expect(await inspect(address, { network: () => network })).toMatchObject({
    proxy: null,
    extraCaFile,
    trusted: true,
    distrust: null,
    certificates: [
      { subject: 'CN=portal.example', issuer: 'CN=Condor Inspection CA' },
      { subject: 'CN=Condor Inspection CA' },
    ],
  });
  await http?.close();
  expect(await inspect(address, { network: () => ({ proxy: null, extraCaFile: null }) })).toMatchObject({
    trusted: false,
    distrust: 'SELF_SIGNED_CERT_IN_CHAIN',
    certificates: [{ issuer: 'CN=Condor Inspection CA' }, { subject: 'CN=Condor Inspection CA' }],
  });
});

test('a proxy is told without its password, and what it leads to', async () => {
  const server = await startServer((_request, response) => response.end(), certificate);
  const proxy = await startProxy(server.port);
  const withPassword = proxy.address.replace('http://', 'http://ana:clave@');
  const network = { proxy: withPassword, extraCaFile };
  const found = await inspect('https://portal.example', { network: () => network });
  expect(found).toMatchObject({ proxy: { source: 'settings' }, trusted: true });
  expect(JSON.stringify(found)).not.toMatch(/ana|clave/);
  await http?.close();
  const environment = { httpsProxy: withPassword, noProxy: '127.0.0.1' };
  const options = { network: () => ({ proxy: null, extraCaFile }), environment };
  expect(await inspect('https://portal.example', options)).toMatchObject({
    proxy: { source: 'environment' },
  });
  await http?.close();
  expect(await inspect(server.address, options)).toMatchObject({ proxy: null, trusted: true });
});

test('where nobody answers the proxy is told all the same, and no certificate', async () => {
  const proxy = await startProxy(1);
  await proxy.close();
  const network = { proxy: proxy.address, extraCaFile: join(folder, 'none.pem') };
  expect(await inspect('https://portal.example', { network: () => network })).toMatchObject({
    proxy: { address: proxy.address },
    certificates: [],
    trusted: null,
  });
});
