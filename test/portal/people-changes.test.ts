import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { auditOf, confirmed, expectRefusal, newContact, peoplePortal, type Staff } from './people-support.ts';
import { minutes, testPassword } from './support.ts';

const people = peoplePortal();
let condor: Staff;
beforeAll(async () => {
  condor = await people.staffed();
});

describe('editing', () => {
  test('A7, D8: data changes, the email and the company never', async () => {
    const contact = await condor.add();
    const { client } = await condor.as('administrator');
    const edited = await client.people.updateContact({
      id: contact.id,
      revision: contact.revision,
      firstName: 'Zoe',
      lastName: 'Ñáñez',
      phone: '+34 600 000 000',
      jobTitle: 'Jefa de obra',
      receivesNotifications: false,
      ...{ email: 'otra@condor.example', accountId: randomUUID() },
    });
    expect(edited).toMatchObject({
      email: contact.email,
      firstName: 'Zoe',
      lastName: 'Ñáñez',
      phone: '+34 600 000 000',
      jobTitle: 'Jefa de obra',
      receivesNotifications: false,
      revision: 2,
    });
    const byNewName = await client.people.listContacts({ search: 'nanez zoe' });
    expect(byNewName.contacts.map(({ id }) => id)).toEqual([contact.id]);
    const byNewTitle = await client.people.listContacts({ search: 'obra jefa' });
    expect(byNewTitle.contacts.map(({ id }) => id)).toEqual([contact.id]);
    const byOldTitle = await client.people.listContacts({ search: 'ingeniera' });
    expect(byOldTitle.contacts.map(({ id }) => id)).not.toContain(contact.id);
    const byOldName = await client.people.listContacts({ search: 'lucia' });
    expect(byOldName.contacts.map(({ id }) => id)).not.toContain(contact.id);
  });

  test('two who edit the same contact: the second is told', async () => {
    const contact = await condor.add();
    const { client } = await condor.as('administrator');
    const edit = (jobTitle: string) =>
      client.people.updateContact({ id: contact.id, revision: contact.revision, jobTitle });
    const results = await Promise.allSettled([edit('Una'), edit('Otra')]);
    expect(results.map((result) => result.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expectRefusal(edit('Tercera'), 'contact-changed');
  });

  test('A15: a mailbox that is one person’s again may become an administrator in the same step', async () => {
    const { company, add, as } = await people.staffed('De buzones');
    const contact = await add({ shared: true });
    const client = await confirmed(await as('administrator'));
    const change = { id: contact.id, revision: 1, roleId: company.roles.administrator };
    await expectRefusal(client.people.updateContact(change), 'shared-identity-not-administrator');
    expect(await client.people.updateContact({ ...change, shared: false })).toMatchObject({
      shared: false,
      role: { key: 'administrator' },
    });
  });

  test('an edit that changes nothing leaves no trace', async () => {
    const { company, add, as } = await people.staffed('Sin huella');
    const contact = await add();
    const { client } = await as('administrator');
    const before = await auditOf(people, company);
    const same = await client.people.updateContact({
      id: contact.id,
      revision: 1,
      firstName: contact.firstName,
    });
    expect(same.revision).toBe(1);
    expect(await auditOf(people, company)).toEqual(before);
  });

  test('a person is called as their home company calls them', async () => {
    const { as, contactId, email } = await people.staffed('La de casa');
    const { client } = await as('administrator');
    const id = contactId('license-installer');
    await client.people.updateContact({ id, revision: 1, firstName: 'Íñigo', lastName: 'Ávila' });
    const engineer = await people.portal.signIn(email('license-installer'), testPassword);
    expect(engineer.profile.identity.name).toBe('Íñigo Ávila');
  });
});

describe('another role', () => {
  test('needs the password given lately, and counts from the next request', async () => {
    const { company, as, contactId, email } = await people.staffed('De roles');
    const engineer = await as('license-installer');
    await expectRefusal(engineer.client.people.listContacts({}), 'forbidden');
    const administrator = await people.portal.signIn(email('administrator'), testPassword);
    people.portal.clock.advance(5 * minutes + 1);
    const change = () =>
      administrator.client.people.updateContact({
        id: contactId('license-installer'),
        revision: 1,
        roleId: company.roles['license-manager'],
      });
    await expectRefusal(change(), 'confirmation-required');
    await confirmed(administrator);
    expect(await change()).toMatchObject({ role: { key: 'license-manager' }, state: 'active', revision: 2 });
    const { contacts } = await engineer.client.people.listContacts({});
    expect(contacts.length).toBeGreaterThan(0);
  });

  test('nobody gives what they lack, to others or to themselves', async () => {
    const { company, as, contactId } = await people.staffed('Sin escalera');
    // A company's own role that edits people but reads no audit.
    const clerk = randomUUID();
    await people.query(
      sql`insert into role (account_id, id, name, permissions, created_at)
        values (${company.id}, ${clerk}, 'Secretaría', array['contact:read', 'contact:create', 'contact:update', 'member:assign-role',
          'invitation:create', 'license:read', 'license:activate', 'software:read', 'software:download', 'notification:receive'], now())`,
    );
    await people.query(
      sql`update membership set role_id = ${clerk} where account_id = ${company.id}
        and identity_id = ${company.contacts[`finance@${(await as('finance')).profile.identity.email.split('@')[1]}`]?.identityId ?? ''}`,
    );
    const client = await confirmed(await as('finance'));
    const give = (who: Parameters<typeof contactId>[0], role: keyof typeof company.roles) =>
      client.people.updateContact({ id: contactId(who), revision: 1, roleId: company.roles[role] });
    await expectRefusal(give('license-installer', 'administrator'), 'role-exceeds-own');
    await expectRefusal(give('license-installer', 'license-manager'), 'role-exceeds-own');
    await expectRefusal(give('administrator', 'license-installer'), 'target-outranks-actor');
    await expectRefusal(give('owner', 'license-installer'), 'target-outranks-actor');
    await expectRefusal(give('finance', 'license-installer'), 'self-not-allowed');
    await expectRefusal(
      client.people.createContact(
        newContact(company, 'condor.example', { roleId: company.roles.administrator }),
      ),
      'role-exceeds-own',
    );
    const { roles } = await (await as('administrator')).client.people.listRoles();
    expect(roles.find(({ id }) => id === clerk)).toMatchObject({ key: null, builtIn: false, members: 1 });
  });

  test('the owner keeps everything until the flag is passed on, also from themselves', async () => {
    const { company, as, contactId } = await people.staffed('De dueña');
    const id = contactId('owner');
    const administrator = await confirmed(await as('administrator'));
    await expectRefusal(administrator.people.deleteContact({ id }), 'owner-protected');
    await expectRefusal(administrator.people.suspendContact({ id }), 'owner-protected');
    const demote = { id, revision: 1, roleId: company.roles['license-installer'] };
    await expectRefusal(administrator.people.updateContact(demote), 'target-outranks-actor');
    const owner = await confirmed(await as('owner'));
    await expectRefusal(owner.people.deleteContact({ id }), 'owner-protected');
    await expectRefusal(owner.people.suspendContact({ id }), 'owner-protected');
    await expectRefusal(owner.people.updateContact(demote), 'owner-protected');
    expect((await owner.people.getContact({ id })).allowed).toEqual([
      'update',
      'reset-password',
      'assign-seat',
    ]);
  });

  test('B11: without access any more, sessions and invitation end at once; with access again they are back', async () => {
    const { company, as, contactId, email, add } = await people.staffed('De avisos');
    const engineer = await as('license-installer');
    const client = await confirmed(await as('administrator'));
    const id = contactId('license-installer');
    const notified = await client.people.updateContact({
      id,
      revision: 1,
      roleId: company.roles['notifications-only'],
    });
    expect(notified.state).toBe('no-access');
    await expectRefusal(engineer.client.sessions.profile(), 'session-ended');
    const back = await client.people.updateContact({
      id,
      revision: 2,
      roleId: company.roles['license-installer'],
    });
    expect(back.state).toBe('active');
    await people.portal.signIn(email('license-installer'), testPassword);

    const invited = await add();
    const token = people.portal.tokenIn(await people.portal.nextMail(invited.email));
    await client.people.updateContact({
      id: invited.id,
      revision: 1,
      roleId: company.roles['notifications-only'],
    });
    await expectRefusal(
      people.portal.client().passwords.set({ token, password: testPassword }),
      'link-invalid',
    );
    const again = { id: invited.id, revision: 2, roleId: company.roles['license-installer'] };
    await expectRefusal(client.people.updateContact(again), 'invitation-too-soon');
    people.portal.clock.advance(minutes);
    expect((await client.people.updateContact(again)).state).toBe('invited');
  });

  test('from notifications to access: the person is invited', async () => {
    const { company, add, as } = await people.staffed('De ascensos');
    const contact = await add({ roleId: company.roles['notifications-only'] });
    const client = await confirmed(await as('administrator'));
    const raised = await client.people.updateContact({
      id: contact.id,
      revision: 1,
      roleId: company.roles['license-installer'],
    });
    expect(raised).toMatchObject({ state: 'invited', role: { key: 'license-installer' } });
    const token = people.portal.tokenIn(await people.portal.nextMail(contact.email));
    const password = 'barcos lentos de madera';
    await people.portal.client().passwords.set({ token, password });
    expect((await people.portal.signIn(contact.email, password)).profile.membership.roleKey).toBe(
      'license-installer',
    );
  });
});

describe('suspending', () => {
  test('ends the sessions at once, and lets in again when reactivated', async () => {
    const { as, contactId, email } = await people.staffed('De pausas');
    const engineer = await as('license-installer');
    const { client } = await as('administrator');
    const id = contactId('license-installer');
    const suspended = await client.people.suspendContact({ id });
    expect(suspended.state).toBe('suspended');
    expect(suspended.allowed).toContain('reactivate');
    await expectRefusal(engineer.client.sessions.profile(), 'session-ended');
    await expectRefusal(engineer.refresh(), 'session-ended');
    await expectRefusal(
      people.portal.signIn(email('license-installer'), testPassword),
      'invalid-credentials',
    );
    expect(await client.people.suspendContact({ id })).toEqual(suspended);
    expect(await client.people.reactivateContact({ id })).toMatchObject({ state: 'active' });
    expect(await client.people.reactivateContact({ id })).toMatchObject({ state: 'active' });
    await people.portal.signIn(email('license-installer'), testPassword);
  });

  test('an invited person cannot use the link, until mailed again after the reactivation', async () => {
    const { as, add } = await people.staffed('De esperas');
    const contact = await add();
    const token = people.portal.tokenIn(await people.portal.nextMail(contact.email));
    const { client } = await as('administrator');
    await client.people.suspendContact({ id: contact.id });
    await expectRefusal(
      people.portal.client().passwords.set({ token, password: testPassword }),
      'link-invalid',
    );
    const back = await client.people.reactivateContact({ id: contact.id });
    expect(back.state).toBe('expired');
    expect(back.allowed).toContain('resend');
    expect(back.allowed).not.toContain('reset-password');
    await expectRefusal(
      people.portal.client().passwords.set({ token, password: testPassword }),
      'link-invalid',
    );
  });

  test('B11: who has no access has none to suspend or reset', async () => {
    const contact = await condor.add({ roleId: condor.company.roles['notifications-only'] });
    const { client } = await condor.as('administrator');
    await expectRefusal(client.people.suspendContact({ id: contact.id }), 'contact-without-access');
    await expectRefusal(client.people.resetPassword({ id: contact.id }), 'contact-without-access');
    await expectRefusal(client.people.resendInvitation({ id: contact.id }), 'invitation-not-pending');
    expect(contact.allowed).toEqual(['update', 'delete', 'assign-role', 'assign-seat']);
  });
});
