import { afterEach, expect, test } from 'vitest';
import { AldabaError } from '../../src/contract/errors.ts';
import { certificateDays } from '../../src/portal/keys/certify.ts';
import { createMemoryKeys } from '../../src/portal/keys/key-files.ts';
import type { PortalKeys } from '../../src/portal/keys/portal-keys.ts';
import { acquire, type LicensePortal, refusal, renew, startLicensePortal } from './licenses-support.ts';
import { createTestDevice, days, minutes, type PortalClient, testStart } from './support.ts';

let portal: LicensePortal;
afterEach(() => portal.close());

test('a pass ends with the certificate that signs it, and keeps no lease from being renewed', async () => {
  portal = await startLicensePortal({
    keys: await createMemoryKeys(testStart - (certificateDays - 20) * days),
  });
  const end = new Date(testStart + 20 * days).toISOString();
  const { company, emails } = await portal.floating(2, 1);
  const [email = ''] = emails;
  const common = { accountId: company.id, kind: 'named', total: 1 } as const;
  await portal.assignSeat(company, await portal.addPool({ ...common, product: 'portico' }), email);
  const device = createTestDevice();
  const ana = await portal.enterAs(email, device);
  const [lease, pass] = [await acquire(ana.client, 'viga'), await acquire(ana.client, 'portico')];
  expect([lease.kind, pass.kind, pass.expiresAt]).toEqual(['lease', 'offline-pass', end]);

  portal.clock.advance(5 * minutes);
  const { results } = await renew(ana.client, lease.leaseId, pass.leaseId);
  expect(results).toMatchObject([
    { outcome: 'renewed', expiresAt: new Date(portal.clock.now() + 20 * minutes).toISOString() },
    { outcome: 'renewed', expiresAt: end },
  ]);
  for (const result of results) {
    if (result.outcome !== 'renewed') throw new Error('not renewed');
    portal.verified(result.document, device);
  }
});

/** Keys that sign for everybody else. */
function refusing(keys: PortalKeys, thumbprint: () => string | undefined): PortalKeys {
  return {
    ...keys,
    signing: {
      ...keys.signing,
      sign(kind, claims, now) {
        if ('cnf' in claims && claims.cnf.jkt === thumbprint())
          throw new AldabaError('unavailable', 'told to');
        return keys.signing.sign(kind, claims, now);
      },
    },
  };
}

test('what cannot be signed for one device is refused to that one, not to those who ask with it', async () => {
  let broken: string | undefined;
  portal = await startLicensePortal({ keys: refusing(await createMemoryKeys(testStart), () => broken) });
  const { company, poolId } = await portal.floating(9, 0);
  const devices = Array.from({ length: 9 }, () => createTestDevice());
  const held: { client: PortalClient; leaseId: string }[] = [];
  for (const device of devices) {
    const { client } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] }, device);
    held.push({ client, leaseId: (await acquire(client)).leaseId });
  }
  broken = devices[4]?.thumbprint;
  const answers = await Promise.all(held.map(({ client, leaseId }) => refusal(renew(client, leaseId))));
  expect(answers.map(({ code }) => code)).toEqual(
    devices.map((_, index) => (index === 4 ? 'unavailable' : 'ok')),
  );
});
