import { importJWK, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentTypes, trustSchema } from '../../src/contract/documents.ts';
import { acquire, type LicensePortal, startLicensePortal } from './licenses-support.ts';

let portal: LicensePortal;
beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

test('publishes its keys and chain to anybody, also where tools look for them', async () => {
  const trust = await portal.client().licenses.trust();
  expect(trustSchema.parse(trust)).toEqual(trust);
  expect(trust.root.x).toBe(portal.services.keys.rootKey);
  const response = await fetch(`${portal.url}/.well-known/jwks.json`);
  expect(response.headers.get('content-type')).toContain('application/jwk-set+json');
  expect(await response.json()).toEqual({ keys: trust.keys });
});

test('another implementation of JOSE verifies a lease with the published key', async () => {
  const { company } = await portal.engineers(0);
  const poolId = await portal.addPool({ accountId: company.id, product: 'viga', kind: 'floating', total: 1 });
  const { client } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] });
  const { document } = await acquire(client);
  const { keys } = await client.licenses.trust();
  const { payload, protectedHeader } = await jwtVerify(
    document,
    async ({ kid }) => importJWK(keys.find((key) => key.kid === kid) ?? {}, 'EdDSA'),
    {
      audience: 'viga',
      typ: documentTypes.lease,
      algorithms: ['EdDSA'],
      currentDate: new Date(portal.clock.now()),
    },
  );
  expect(payload).toMatchObject({ account: company.id, aud: 'viga' });
  expect(protectedHeader.alg).toBe('EdDSA');
});
