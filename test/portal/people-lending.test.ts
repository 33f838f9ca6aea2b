import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { auditOf, expectRefusal, peoplePortal } from './people-support.ts';
import { testPassword } from './support.ts';

const people = peoplePortal();

describe('for how many days seats are lent', () => {
  test('is the pool’s to say; what is lent already stays as it was', async () => {
    const { company, as, email } = await people.staffed();
    const poolId = await people.pool(company, { product: 'viga', kind: 'floating', total: 2 });
    const { client } = await as('administrator');
    const daysOf = async () => (await client.people.listPools()).pools.map((pool) => pool.borrowDays);
    expect(await daysOf()).toEqual([14]);
    const engineer = await people.portal.signIn(email('license-installer'), testPassword);
    const asked = { idempotencyKey: randomUUID(), product: 'viga', version: '1.0' };
    const { leaseId } = await engineer.client.licenses.acquire(asked);
    const { expiresAt } = await engineer.client.licenses.borrow({ leaseId, days: 14 });
    expect(await client.people.setBorrowDays({ poolId, borrowDays: 0 })).toMatchObject({
      id: poolId,
      product: 'viga',
      borrowDays: 0,
      total: 2,
      used: 1,
    });
    expect(await daysOf()).toEqual([0]);
    expect((await client.people.listHolders({ poolId })).holders).toMatchObject([
      { borrowed: true, expiresAt },
    ]);
    const { results } = await engineer.client.licenses.renew({ leases: [{ leaseId, seq: 0 }] });
    expect(results).toMatchObject([{ kind: 'borrow', expiresAt, borrowDays: 0 }]);
    // The same once more is no change.
    await client.people.setBorrowDays({ poolId, borrowDays: 0 });
    const trace = (await auditOf(people, company)).filter(({ action }) => action === 'pool.lending-changed');
    expect(trace).toMatchObject([
      {
        subject: { kind: 'pool', id: poolId, product: 'viga' },
        before: { borrowDays: 14 },
        after: { borrowDays: 0 },
      },
    ]);
    expect(trace).toHaveLength(1);
  });

  test('of a floating pool of the own company, and thirty at most', async () => {
    const { company, as } = await people.staffed();
    const stranger = await people.staffed();
    const { client } = await as('administrator');
    const [named, floating, foreign] = [
      await people.pool(company, { total: 1 }),
      await people.pool(company, { kind: 'floating', total: 1 }),
      await people.pool(stranger.company, { kind: 'floating', total: 1 }),
    ];
    const set = (poolId: string, borrowDays = 7) => client.people.setBorrowDays({ poolId, borrowDays });
    await expectRefusal(set(named), 'borrow-unavailable');
    await expectRefusal(set(foreign), 'not-found');
    await expectRefusal(set(randomUUID()), 'not-found');
    await expectRefusal(set(floating, 31), 'invalid-input');
    await expectRefusal(set(floating, -1), 'invalid-input');
    expect((await set(floating, 30)).borrowDays).toBe(30);
  });
});
