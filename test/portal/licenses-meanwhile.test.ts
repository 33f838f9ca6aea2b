import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeUnless } from '../support/skip.ts';
import { acquire, type LicensePortal, refusal, renew, startLicensePortal } from './licenses-support.ts';
import { rowLocks } from './row-locks.ts';
import { minutes, seconds } from './support.ts';

/** What others do while a request waits for them. */
const oneConnection =
  process.env.ALDABA_TEST_DATABASE === 'postgres'
    ? undefined
    : 'the embedded database does one thing after another';
let portal: LicensePortal;
const { hold, waiting, answeredOr } = rowLocks(() => portal.services);
beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

describeUnless(oneConnection, 'a lease whose time ends while its device waits', () => {
  /** A pool of one place: its holder a moment before the lease ends, and somebody else who wants it. */
  async function lastMoment() {
    const { company, emails } = await portal.floating(1, 2);
    const [ana, eva] = [await portal.enterAs(emails[0] ?? ''), await portal.enterAs(emails[1] ?? '')];
    const { leaseId } = await acquire(ana.client);
    portal.clock.advance(20 * minutes - 1);
    await ana.refresh();
    await eva.refresh();
    return { company, ana, eva, leaseId };
  }

  async function placesTaken(accountId: string): Promise<number | undefined> {
    const now = new Date(portal.clock.now()).toISOString();
    const [count] = await portal.query<{ n: number }>(
      sql`select count(*)::int as n from lease
        where account_id = ${accountId} and ended_at is null and expires_at > ${now}::timestamptz`,
    );
    return count?.n;
  }

  test('in a renewal: nobody else gets the place as well', async () => {
    const { company, ana, eva, leaseId } = await lastMoment();
    const letGo = await hold(sql`select from lease where id = ${leaseId} for update`);
    const renewing = renew(ana.client, leaseId);
    await waiting(1);
    portal.clock.advance(1 * seconds);
    const acquiring = refusal(acquire(eva.client));
    await answeredOr(acquiring, 2);
    await letGo();
    expect((await renewing).results).toMatchObject([{ outcome: 'renewed' }]);
    expect(await acquiring).toMatchObject({ code: 'no-seat-free' });
    expect(await placesTaken(company.id)).toBe(1);
  });

  test('when it takes its place again: not if somebody else has it now', async () => {
    const { company, ana, eva } = await lastMoment();
    const letGo = await hold(sql`select from session where id = ${ana.profile.sessionId} for update`);
    const again = refusal(acquire(ana.client));
    await waiting(1);
    portal.clock.advance(1 * seconds);
    await acquire(eva.client);
    await letGo();
    expect(await again).toMatchObject({ code: 'no-seat-free' });
    expect(await placesTaken(company.id)).toBe(1);
  });
});
