import { passwordCost } from '../../../src/portal/auth/password-hasher.ts';
import { pool, product } from '../../../src/portal/db/schema.ts';
import { newId } from '../../../src/portal/ids.ts';
import { startTestPortal, testPassword } from '../../portal/support.ts';
import type { PortalFixture } from './portal-process.ts';

/** A portal in a process of its own: real time, no log, one company with one person and a floating pool. */
const [database] = process.argv.slice(2);
const seats = 200;
const email = 'mediciones@condor.example';
const productCode = 'viga';

const running = await startTestPortal({
  database,
  clock: { now: () => Date.now(), advance: () => undefined },
  logLevel: 'fatal',
  passwordCost,
});
const company = await running.company('Estructuras Cóndor', [
  { email, role: 'administrator', password: testPassword },
]);
const poolId = newId(Date.now());
await running.services.database.asService(async (tx) => {
  await tx
    .insert(product)
    .values({ code: productCode, name: 'Viga', createdAt: new Date() })
    .onConflictDoNothing();
  await tx.insert(pool).values({
    accountId: company.id,
    id: poolId,
    productCode,
    kind: 'floating',
    total: seats,
    startsAt: new Date(0),
    createdAt: new Date(),
  });
});

process.once('disconnect', () => void running.close().then(() => process.exit(0)));
const fixture: PortalFixture = {
  url: running.url,
  email,
  password: testPassword,
  product: productCode,
  seats,
};
process.send?.(fixture);
