import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerRoles, createGatewayRig, type GatewayRig, signedIn } from '../../../test/fakes/gateway-rig.ts';
import { createCertificate } from '../../../test/support/certificate.ts';
import { startRaw, startServer } from '../../../test/support/odd-server.ts';

let rig: GatewayRig;
beforeEach(async () => {
  rig = await createGatewayRig();
});
afterEach(() => rig.remove());

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

  test('TLS goes through it untouched, with the company’s own authority', async () => {
    const server = await startServer(answerRoles, certificate);
    const proxy = await startProxy(server.port);
    const file = await rig.authorityFile(authority.cert);
    const http = rig.network({ network: () => ({ proxy: proxy.address, extraCaFile: file }) });
    await rig.gatewayTo('https://portal.example', http, signedIn).portal.people.listRoles();
    expect(proxy.connects).toEqual(['CONNECT portal.example:443 HTTP/1.1']);
    const without = rig.network({ network: () => ({ proxy: proxy.address, extraCaFile: null }) });
    expect(await rig.faultFrom('https://portal.example', without)).toMatchObject({
      code: 'portal-certificate',
    });
  });

  test('one that wants a password says so, and takes it from its address', async () => {
    const server = await startServer(answerRoles, certificate);
    const proxy = await startProxy(server.port, 'ana:clave');
    const file = await rig.authorityFile(authority.cert);
    const through = (address: string) =>
      rig.network({ network: () => ({ proxy: address, extraCaFile: file }) });
    const refused = await rig.faultFrom('https://portal.example', through(proxy.address));
    expect(refused).toMatchObject({ code: 'portal-refused', detail: 'proxy 407' });
    const named = proxy.address.replace('http://', 'http://ana:clave@');
    await rig.gatewayTo('https://portal.example', through(named), signedIn).portal.people.listRoles();
  });

  test('one that is gone is no network', async () => {
    const proxy = await startProxy(1);
    await proxy.close();
    const http = rig.network({ network: () => ({ proxy: proxy.address, extraCaFile: null }) });
    expect(await rig.faultFrom('https://portal.example', http)).toMatchObject({ code: 'network-offline' });
  });

  test('this machine is reached without it', async () => {
    const server = await startServer(answerRoles);
    const proxy = await startProxy(server.port);
    const http = rig.network({ network: () => ({ proxy: proxy.address, extraCaFile: null }) });
    await rig.gatewayTo(server.address, http, signedIn).portal.people.listRoles();
    expect(proxy.connects).toEqual([]);
  });

  test('the environment’s counts while none is set, except for hosts that it names', async () => {
    const server = await startServer(answerRoles, certificate);
    const proxy = await startProxy(server.port);
    const file = await rig.authorityFile(authority.cert);
    const settings = { network: () => ({ proxy: null, extraCaFile: file }) };
    await rig
      .gatewayTo(
        'https://portal.example',
        rig.network({ ...settings, environment: { httpsProxy: proxy.address } }),
        signedIn,
      )
      .portal.people.listRoles();
    expect(proxy.connects).toHaveLength(1);
    const excepted = rig.network({
      ...settings,
      environment: { httpsProxy: proxy.address, noProxy: '.example' },
    });
    expect(await rig.faultFrom('https://portal.example', excepted)).toMatchObject({
      code: 'network-offline',
    });
    expect(proxy.connects).toHaveLength(1);
  });
});
