import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chainStart, entryHash, audit as writeAudit } from '../../src/portal/audit/audit.ts';
import { rows } from '../../src/portal/db/run.ts';
import * as schema from '../../src/portal/db/schema.ts';
import { startTwoCompanies, type TwoCompanies } from './two-companies-support.ts';

let portal: TwoCompanies;
beforeAll(async () => {
  portal = await startTwoCompanies();
});
afterAll(() => portal.close());

describe('the audit', () => {
  const entry = (action: string) => ({
    accountId: portal.condor.id,
    at: portal.clock.now(),
    action,
    actor: { kind: 'portal' as const },
    subject: { kind: 'thing', id: '1' },
    after: { name: 'ñ', list: [1, null, { deep: true }] },
    address: '127.0.0.1',
  });

  test('is one chain per account, also when many write at once', async () => {
    const { database: db } = portal.services;
    await Promise.all(
      Array.from({ length: 25 }, (_, index) =>
        db.inAccount(portal.condor.id, (tx) => writeAudit(tx, entry(`thing.${index}`))),
      ),
    );
    const written = await db.queries
      .select()
      .from(schema.audit)
      .where(sql`account_id = ${portal.condor.id}`)
      .orderBy(schema.audit.seq);
    expect(written.map(({ seq }) => seq)).toEqual(written.map((_, index) => index + 1));
    let previous: Buffer = chainStart;
    for (const row of written) {
      const { hash, seq, at, before, ...rest } = row;
      const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
      const expected = entryHash(previous, seq, {
        ...(said as unknown as ReturnType<typeof entry>),
        at: at.getTime(),
      });
      expect(hash.equals(expected)).toBe(true);
      previous = hash;
    }
  });

  test('is undone with its transaction, without a gap', async () => {
    const { database: db } = portal.services;
    const head = async () =>
      (await db.queries.select().from(schema.auditChain).where(sql`account_id = ${portal.condor.id}`))[0];
    const before = await head();
    await db
      .inAccount(portal.condor.id, async (tx) => {
        await writeAudit(tx, entry('thing.undone'));
        throw new Error('undone');
      })
      .catch(() => undefined);
    expect(await head()).toEqual(before);
  });

  test.each([sql`update audit set action = 'x'`, sql`delete from audit`, sql`truncate audit`])(
    'cannot be changed, not even by the owner of the tables',
    async (statement) => {
      await expect(portal.services.database.queries.execute(statement)).rejects.toMatchObject({
        cause: { message: expect.stringContaining('append-only') },
      });
    },
  );

  test('refuses what looks like a secret', async () => {
    for (const name of ['password', 'refreshToken', 'passwordHash', 'key', 'Authorization'])
      await expect(
        portal.services.database.inAccount(portal.condor.id, (tx) =>
          writeAudit(tx, { ...entry('thing.made'), after: { inner: { [name]: 'value' } } }),
        ),
      ).rejects.toThrow('looks like a secret');
  });

  test('is kept by month', async () => {
    const [place] = await rows<{ partition: string }>(
      portal.services.database.queries,
      sql`select distinct tableoid::regclass::text as partition from audit where account_id = ${portal.condor.id}`,
    );
    expect(place).toEqual({ partition: 'audit_2026_03' });
  });
});
