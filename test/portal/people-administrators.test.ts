import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { effectivePermissions } from '../../src/domain/roles.ts';
import { lockContact } from '../../src/portal/services/people/contact-rows.ts';
import type { Desk } from '../../src/portal/services/people/desk.ts';
import { keepAnAdministrator } from '../../src/portal/services/people/keep-an-administrator.ts';
import { peoplePortal } from './people-support.ts';
import { type TestCompany, type TestSession, testPassword } from './support.ts';

const people = peoplePortal();

/** A company whose only administrators are Ana and Beto, both signed in with their password given lately. */
async function couple() {
  const domain = `${randomUUID()}.example`;
  const [ana, beto] = [`ana@${domain}`, `beto@${domain}`];
  const company = await people.portal.company('De dos', [
    { email: ana, role: 'administrator', password: testPassword },
    { email: beto, role: 'administrator', password: testPassword },
  ]);
  const member = async (email: string) => ({
    email,
    id: company.contacts[email]?.contactId ?? '',
    session: await people.portal.signIn(email, testPassword),
  });
  return { company, ana: await member(ana), beto: await member(beto) };
}

type Member = { id: string; session: TestSession };

const administrators = async (company: TestCompany) =>
  (
    await people.query<{ n: number }>(
      sql`select count(*)::int as n from membership m join role r on r.account_id = m.account_id and r.id = m.role_id
        where m.account_id = ${company.id} and r.key = 'administrator' and m.suspended_at is null and m.accepted_at is not null`,
    )
  )[0]?.n;

const attacks: {
  readonly [name: string]: (company: TestCompany, actor: Member, target: Member) => Promise<unknown>;
} = {
  demote: (company, { session }, { id }) =>
    session.client.people.updateContact({ id, revision: 1, roleId: company.roles['license-installer'] }),
  'take the access of': (company, { session }, { id }) =>
    session.client.people.updateContact({ id, revision: 1, roleId: company.roles['notifications-only'] }),
  suspend: (_company, { session }, { id }) => session.client.people.suspendContact({ id }),
  delete: (_company, { session }, { id }) => session.client.people.deleteContact({ id }),
};

describe('two administrators at once', () => {
  test.each(Object.keys(attacks))('who %s each other: exactly one succeeds', async (name) => {
    const attack = attacks[name] ?? expect.unreachable();
    for (let round = 0; round < 5; round += 1) {
      const { company, ana, beto } = await couple();
      const results = await Promise.allSettled([attack(company, ana, beto), attack(company, beto, ana)]);
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      expect(await administrators(company)).toBe(1);
    }
  });

  test.each(Object.keys(attacks))('one cannot %s themselves', async (name) => {
    const { company, ana } = await couple();
    await expect(attacks[name]?.(company, ana, ana)).rejects.toMatchObject({ code: 'self-not-allowed' });
    expect(await administrators(company)).toBe(2);
  });
});

describe('the last administrator', () => {
  /** The rule alone, for whatever changes people without an actor who is an administrator themselves: imports, expiry. */
  const decide = (
    company: TestCompany,
    contactId: string,
    after: 'gone' | 'demoted' | 'suspended' | 'renamed',
  ) =>
    people.portal.services.database.inAccount(company.id, async (tx) => {
      const now = people.portal.clock.now();
      await tx.execute(sql`select from account where id = ${company.id} for no key update`);
      const row = await lockContact(tx, company.id, contactId, now);
      const standing = {
        permissions: effectivePermissions(
          after === 'demoted' ? ['license:read'] : row.role_permissions,
          row.owner,
        ),
        active: after !== 'suspended',
        hasPassword: true,
      };
      await keepAnAdministrator(
        { tx, accountId: company.id } as Desk,
        row,
        after === 'gone' ? null : standing,
      );
      await tx.execute(
        sql`update membership set suspended_at = now() where account_id = ${company.id} and identity_id = ${row.identity_id}`,
      );
    });

  test.each(['gone', 'demoted', 'suspended'] as const)('is not %s', async (after) => {
    const { company, ana, beto } = await couple();
    await ana.session.client.people.suspendContact({ id: beto.id });
    await expect(decide(company, ana.id, after)).rejects.toMatchObject({ code: 'last-administrator' });
    await ana.session.client.people.reactivateContact({ id: beto.id });
    await decide(company, ana.id, after);
  });

  test('may change otherwise', async () => {
    const { company, ana, beto } = await couple();
    await ana.session.client.people.suspendContact({ id: beto.id });
    await decide(company, ana.id, 'renamed');
  });

  test('one without a password does not count', async () => {
    const domain = `${randomUUID()}.example`;
    const company = await people.portal.company('De invitados', [
      { email: `ana@${domain}`, role: 'administrator', password: testPassword },
      { email: `beto@${domain}`, role: 'administrator' },
    ]);
    await expect(
      decide(company, company.contacts[`ana@${domain}`]?.contactId ?? '', 'gone'),
    ).rejects.toMatchObject({
      code: 'last-administrator',
    });
    await decide(company, company.contacts[`beto@${domain}`]?.contactId ?? '', 'gone');
  });

  test('twenty decisions at once about four administrators leave one', async () => {
    const domain = `${randomUUID()}.example`;
    const emails = ['a', 'b', 'c', 'd'].map((name) => `${name}@${domain}`);
    const company = await people.portal.company(
      'De cuatro',
      emails.map((email) => ({ email, role: 'administrator', password: testPassword })),
    );
    const ids = emails.map((email) => company.contacts[email]?.contactId ?? '');
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => decide(company, ids[index % 4] ?? '', 'suspended')),
    );
    expect(await administrators(company)).toBe(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'last-administrator' });
  });
});
