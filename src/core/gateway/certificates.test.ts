import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerRoles, createGatewayRig, type GatewayRig, signedIn } from '../../../test/fakes/gateway-rig.ts';
import { createCertificate } from '../../../test/support/certificate.ts';
import { startServer } from '../../../test/support/odd-server.ts';
import type { Http } from '../ports/http.ts';

let rig: GatewayRig;
beforeEach(async () => {
  rig = await createGatewayRig();
});
afterEach(() => rig.remove());

describe('certificates', () => {
  const authority = createCertificate({ commonName: 'Autoridad de prueba' });
  const good = createCertificate({ commonName: 'portal', hosts: ['127.0.0.1'], issuer: authority });

  async function trusting(pem: string): Promise<Http> {
    const file = await rig.authorityFile(pem);
    return rig.network({ network: () => ({ proxy: null, extraCaFile: file }) });
  }

  test('one that signs itself', async () => {
    const self = createCertificate({ commonName: 'portal', hosts: ['127.0.0.1'] });
    const { address } = await startServer(answerRoles, self);
    expect(await rig.faultFrom(address)).toMatchObject({
      code: 'portal-certificate',
      detail: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  test('an authority that nobody knows, until its file is given', async () => {
    const { address } = await startServer(answerRoles, good);
    expect(await rig.faultFrom(address)).toMatchObject({ code: 'portal-certificate' });
    const gateway = rig.gatewayTo(address, await trusting(authority.cert), signedIn);
    expect(await gateway.portal.people.listRoles()).toEqual({
      roles: [],
      helpUrl: 'https://portal.example/help',
    });
  });

  test('another name, and another time', async () => {
    const http = await trusting(authority.cert);
    const named = createCertificate({ commonName: 'other', hosts: ['other.example'], issuer: authority });
    const { address } = await startServer(answerRoles, named);
    expect(await rig.faultFrom(address, http)).toMatchObject({
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
    const expired = await startServer(answerRoles, old);
    expect(await rig.faultFrom(expired.address, http)).toMatchObject({
      code: 'portal-certificate',
      detail: 'CERT_HAS_EXPIRED',
    });
  });

  test('a file of authorities that is missing or holds none', async () => {
    const { address } = await startServer(answerRoles, good);
    const missing = rig.network({
      network: () => ({ proxy: null, extraCaFile: join(rig.folder, 'none.pem') }),
    });
    expect(await rig.faultFrom(address, missing)).toMatchObject({
      code: 'network-certificate-file',
      file: join(rig.folder, 'none.pem'),
    });
    expect(await rig.faultFrom(address, await trusting('nothing'))).toMatchObject({
      code: 'network-certificate-file',
      file: join(rig.folder, 'ca.pem'),
    });
    const plain = await startServer(answerRoles);
    expect(await rig.faultFrom(plain.address, missing)).toMatchObject({ code: 'network-certificate-file' });
  });

  test('a changed setting counts from the next request', async () => {
    const { address } = await startServer(answerRoles, good);
    const file = await rig.authorityFile(authority.cert);
    let extraCaFile: string | null = null;
    const gateway = rig.gatewayTo(
      address,
      rig.network({ network: () => ({ proxy: null, extraCaFile }) }),
      signedIn,
    );
    await expect(gateway.portal.people.listRoles()).rejects.toMatchObject({ code: 'portal-certificate' });
    extraCaFile = file;
    await gateway.portal.people.listRoles();
  });
});
