import { eq } from 'drizzle-orm';
import { lease } from '../../../src/portal/db/schema.ts';
import { startLicensePortal } from '../../portal/licenses-support.ts';
import { testPassword } from '../../portal/support.ts';

/** What a test learns of the portal in another process. */
export interface PortalFacts {
  /** Where it listens itself. */
  address: string;
  rootKey: string;
  email: string;
  password: string;
}

/** A portal in real time with a company of one engineer and three programs. */
const { publicUrl, licensing } = JSON.parse(process.argv[2] ?? '{}');
const running = await startLicensePortal({
  clock: { now: () => Date.now(), advance: () => undefined },
  logLevel: 'fatal',
  settings: { publicUrl, licensing },
});
const email = 'lucia@condor.example';
const engineer = { email, role: 'license-installer', password: testPassword } as const;
const company = await running.company('Estructuras Cóndor', [engineer]);
for (const product of ['viga', 'portico', 'zapata']) {
  await running.addPool({ accountId: company.id, product, kind: 'floating', total: 20 });
}

process.once('disconnect', () => void running.close().then(() => process.exit(0)));
process.on('message', async (device: string) => {
  const rows = await running.services.database.asService((tx) =>
    tx.select().from(lease).where(eq(lease.deviceThumbprint, device)),
  );
  const held = rows.filter((row) => row.endedAt === null && row.expiresAt.getTime() > Date.now());
  process.send?.({ held: held.map((row) => row.productCode).sort() });
});
const facts: PortalFacts = {
  address: running.portal.address,
  rootKey: running.portal.rootKey,
  email,
  password: testPassword,
};
process.send?.(facts);
