import { sql } from 'drizzle-orm';
import { afterEach, describe, expect, test } from 'vitest';
import { auditOf, newContact, peoplePortal, refusalOf, type Staff } from './people-support.ts';
import type { PortalClient } from './support.ts';

const people = peoplePortal();

interface Scene {
  readonly staff: Staff;
  readonly poolId: string;
  readonly floatingId: string;
  readonly engineer: string;
  readonly invited: string;
  readonly suspended: string;
}

async function scene(): Promise<Scene> {
  const staff = await people.staffed();
  const poolId = await people.pool(staff.company, { total: 5 });
  const floatingId = await people.pool(staff.company, { kind: 'floating', total: 5 });
  const invited = (await staff.add()).id;
  const suspended = (await staff.add()).id;
  const { client } = await staff.as('administrator');
  await client.people.suspendContact({ id: suspended });
  const engineer = staff.contactId('license-installer');
  await client.people.assignSeat({ poolId, contactId: staff.contactId('auditor') });
  people.portal.clock.advance(61_000);
  return { staff, poolId, floatingId, engineer, invited, suspended };
}

/** Every procedure that changes something, and what its line in the audit is called. */
const changes: { readonly [action: string]: (client: PortalClient, scene: Scene) => Promise<unknown> } = {
  'pool.lending-changed': (client, { floatingId }) =>
    client.people.setBorrowDays({ poolId: floatingId, borrowDays: 30 }),
  'contact.created': (client, { staff, poolId }) =>
    client.people.createContact(
      newContact(staff.company, staff.domain, { poolIds: [poolId], phone: '+57 601 555' }),
    ),
  'contact.updated': (client, { engineer }) =>
    client.people.updateContact({ id: engineer, revision: 1, lastName: 'Nuevo', phone: '+57 601 555' }),
  'contact.role-changed': (client, { staff, engineer }) =>
    client.people.updateContact({
      id: engineer,
      revision: 1,
      roleId: staff.company.roles['license-manager'],
    }),
  'contact.suspended': (client, { engineer }) => client.people.suspendContact({ id: engineer }),
  'contact.reactivated': (client, { suspended }) => client.people.reactivateContact({ id: suspended }),
  'contact.deleted': (client, { engineer }) => client.people.deleteContact({ id: engineer }),
  'invitation.resent': (client, { invited }) => client.people.resendInvitation({ id: invited }),
  'password.reset-requested': (client, { engineer }) => client.people.resetPassword({ id: engineer }),
  'seat.assigned': (client, { engineer, poolId }) =>
    client.people.assignSeat({ poolId, contactId: engineer }),
  'seat.withdrawn': (client, { staff, poolId }) =>
    client.people.withdrawSeat({ poolId, contactId: staff.contactId('auditor') }),
};

/** All that the procedures may write, whoever's it is. */
async function everything(staff: Staff) {
  const tables = [
    'contact',
    'directory',
    'directory_word',
    'membership',
    'invitation',
    'seat',
    'pool',
    'password_link',
    'mail',
    'audit',
    'idempotency',
  ];
  const found: unknown[] = [];
  for (const table of tables) {
    const rows = await people.query(
      sql`select to_jsonb(t) - 'attempts' - 'sent_at' - 'next_attempt_at' as r from ${sql.identifier(table)} t where account_id = ${staff.company.id}`,
    );
    found.push([table, rows.map((row) => JSON.stringify(row)).toSorted()]);
  }
  found.push(await people.query(sql`select id, name, email from identity order by id`));
  return found;
}

describe.each(Object.keys(changes))('%s', (action) => {
  const call = changes[action] ?? expect.unreachable();

  test('writes one line: who, about whom, what', async () => {
    const s = await scene();
    const before = await auditOf(people, s.staff.company);
    const session = await s.staff.as('administrator');
    const signedIn = (await auditOf(people, s.staff.company)).length - before.length;
    await call(session.client, s);
    const written = (await auditOf(people, s.staff.company)).slice(before.length + signedIn);
    expect(written).toHaveLength(1);
    expect(written[0]).toMatchObject({
      action,
      actor: { kind: 'person', id: session.profile.identity.id, email: s.staff.email('administrator') },
      subject: action.startsWith('pool.')
        ? { kind: 'pool', id: s.floatingId, product: expect.any(String) }
        : { kind: 'contact', id: expect.any(String), email: expect.stringContaining('@') },
    });
    expect(JSON.stringify(written)).not.toMatch(/601 ?555/);
  });

  test('that cannot be written down does not happen', async () => {
    const s = await scene();
    const { client } = await s.staff.as('administrator');
    const before = await everything(s.staff);
    await people.query(sql`
      create function fail_audit() returns trigger language plpgsql as $$ begin raise exception 'the disk of the audit is full'; end $$`);
    await people.query(
      sql`create trigger fail_audit before insert on audit for each row execute function fail_audit()`,
    );
    expect((await refusalOf(call(client, s))).code).toBe('internal');
    await people.query(sql`drop function fail_audit() cascade`);
    expect(await everything(s.staff)).toEqual(before);
    await call(client, s);
    expect(await everything(s.staff)).not.toEqual(before);
  });
});

afterEach(async () => {
  await people.query(sql`drop function if exists fail_audit() cascade`);
});

test('before and after name what changed alone, and no telephone number', async () => {
  const s = await scene();
  const { client } = await s.staff.as('administrator');
  const edit = { id: s.engineer, jobTitle: 'Calculista' };
  await client.people.updateContact({ ...edit, revision: 1, phone: '+57 601 555' });
  await client.people.updateContact({
    ...edit,
    revision: 2,
    phone: '',
    roleId: s.staff.company.roles['license-manager'],
  });
  expect((await auditOf(people, s.staff.company)).slice(-2)).toMatchObject([
    { before: { jobTitle: '', phone: '' }, after: { jobTitle: 'Calculista', phone: '[redacted]' } },
    {
      before: { phone: '[redacted]', role: 'License installer' },
      after: { phone: '', role: 'License software and management' },
    },
  ]);
});
