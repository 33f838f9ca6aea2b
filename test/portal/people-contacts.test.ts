import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { auditOf, expectRefusal, newContact, peoplePortal, type Staff } from './people-support.ts';
import { days, hours, minutes, seconds, testPassword } from './support.ts';

const people = peoplePortal();
let condor: Staff;
beforeAll(async () => {
  condor = await people.staffed();
});

async function confirmed(session: Awaited<ReturnType<Staff['as']>>) {
  await session.client.sessions.confirmPassword({ password: testPassword });
  return session.client;
}

describe('adding a contact', () => {
  test('A8, A14, D4, E3: data, role, and a mail by which the new person sets their own password and signs in by email', async () => {
    const contact = await condor.add({
      email: 'Lucia.Munoz@Condor.Example',
      language: 'pt',
      phone: '+57 601 555 01',
    });
    expect(contact).toMatchObject({
      email: 'Lucia.Munoz@Condor.Example',
      firstName: 'Lucía',
      lastName: 'Muñoz Peña',
      state: 'invited',
      owner: false,
      association: false,
      self: false,
      role: { key: 'license-installer' },
      seats: [],
      lastSignInAt: null,
      revision: 1,
    });
    const mail = await people.portal.nextMail('Lucia.Munoz@Condor.Example');
    expect(mail.subject).toContain('senha');
    expect(mail.text).toContain('Estructuras Cóndor');
    const password = 'barcos lentos de madera';
    await people.portal.client().passwords.set({ token: people.portal.tokenIn(mail), password });
    const lucia = await people.portal.signIn('lucia.munoz@condor.example', password);
    expect(lucia.profile.identity.name).toBe('Lucía Muñoz Peña');
    expect(lucia.profile.permissions).toContain('software:download');

    const { client } = await condor.as('administrator');
    const now = await client.people.getContact({ id: contact.id });
    expect(now).toMatchObject({ state: 'active', invitation: null });
    expect(now.lastSignInAt).toBe(new Date(people.portal.clock.now()).toISOString());
  });

  test('B11: who only receives notifications gets no mail, no identity and no way in', async () => {
    const email = `avisos@${condor.domain}`;
    const contact = await condor.add({ email, roleId: condor.company.roles['notifications-only'] });
    expect(contact).toMatchObject({
      state: 'no-access',
      invitation: null,
      role: { key: 'notifications-only' },
    });
    expect(people.portal.mails.filter((mail) => mail.to === email)).toEqual([]);
    expect(await people.query(sql`select 1 from identity where email = ${email}`)).toEqual([]);
    await expectRefusal(people.portal.signIn(email, testPassword), 'invalid-credentials');
    // Also somebody who had a password before: the role alone decides.
    await expectRefusal(
      people.portal.signIn(condor.email('notifications-only'), testPassword),
      'invalid-credentials',
    );
  });

  test('the same key gets the same answer and one mail; another request with it is refused', async () => {
    const { client } = await condor.as('administrator');
    const input = newContact(condor.company, condor.domain);
    const [first, second] = await Promise.all([
      client.people.createContact(input),
      client.people.createContact(input),
    ]);
    expect(second).toEqual(first);
    await people.portal.nextMail(input.email);
    const mails = await people.query(sql`select 1 from mail where recipient = ${input.email}`);
    expect(mails).toHaveLength(1);
    await expectRefusal(client.people.createContact({ ...input, lastName: 'Otra' }), 'idempotency-mismatch');
  });

  test('one contact per address, whatever its case', async () => {
    const email = `doble@${condor.domain}`;
    await condor.add({ email });
    expect(await expectRefusal(condor.add({ email: email.toUpperCase() }), 'contact-exists')).toEqual({
      field: 'email',
    });
    const pending = await people.query(
      sql`select 1 from invitation where email_normalized = ${email} and state = 'pending'`,
    );
    expect(pending).toHaveLength(1);
  });

  test('ten at once with one address make one contact', async () => {
    const { client } = await condor.as('administrator');
    const email = `carrera@${condor.domain}`;
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () =>
        client.people.createContact(newContact(condor.company, condor.domain, { email })),
      ),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'contact-exists' });
  });

  test('A9, B9: an administrator adds an administrator, who may do all that the main account may but pass it on', async () => {
    const email = `segunda@${condor.domain}`;
    await condor.add({ email, roleId: condor.company.roles.administrator });
    const password = 'barcos lentos de madera';
    await people.portal.client().passwords.set({
      token: people.portal.tokenIn(await people.portal.nextMail(email)),
      password,
    });
    const second = await people.portal.signIn(email, password);
    const owner = await condor.as('owner');
    expect(
      owner.profile.permissions.filter((permission) => !second.profile.permissions.includes(permission)),
    ).toEqual(['account:transfer-owner']);
    const third = await second.client.people.createContact(
      newContact(condor.company, condor.domain, { roleId: condor.company.roles.administrator }),
    );
    expect(third.role.key).toBe('administrator');
  });

  test.each(['finance', 'auditor'] as const)('the role %s is not given yet', async (role) => {
    await expectRefusal(condor.add({ roleId: condor.company.roles[role] }), 'role-exceeds-own');
  });

  test('a role of nobody is not found', async () => {
    await expectRefusal(condor.add({ roleId: randomUUID() }), 'not-found');
  });

  test('A15: a mailbox of several people is a flag, and never an administrator', async () => {
    const shared = await condor.add({ shared: true, firstName: 'Sala', lastName: 'de cálculo' });
    expect(shared.shared).toBe(true);
    await expectRefusal(
      condor.add({ shared: true, roleId: condor.company.roles.administrator }),
      'shared-identity-not-administrator',
    );
    const client = await confirmed(await condor.as('administrator'));
    await expectRefusal(
      client.people.updateContact({ id: shared.id, revision: 1, roleId: condor.company.roles.administrator }),
      'shared-identity-not-administrator',
    );
    await expectRefusal(
      client.people.updateContact({
        id: (await condor.add({ roleId: condor.company.roles.administrator })).id,
        revision: 1,
        shared: true,
      }),
      'shared-identity-not-administrator',
    );
  });

  test.each([
    ['email', { email: 'no es un correo' }],
    ['firstName', { firstName: '   ' }],
    ['lastName', { lastName: 'a'.repeat(101) }],
    ['phone', { phone: '555\u0000' }],
    ['jobTitle', { jobTitle: 'uno\ndos' }],
  ])('a wrong %s is named', async (field, change) => {
    expect(await expectRefusal(condor.add(change), 'invalid-input')).toEqual({ field });
  });

  test('a company invites at most 500 people in 24 hours', async () => {
    const { company, domain, as } = await people.staffed('Invitadora');
    const role = company.roles['license-installer'];
    const at = new Date(people.portal.clock.now() - 23 * hours).toISOString();
    await people.query(
      sql`insert into invitation (account_id, id, kind, state, email, email_normalized, role_id, sent_at, expires_at, resends_since, created_at)
        select ${company.id}, gen_random_uuid(), 'activate', 'revoked', '', '', ${role}, ${at}, ${at}, ${at}, ${at}
        from generate_series(1, 500)`,
    );
    const { client } = await as('administrator');
    const data = await expectRefusal(
      client.people.createContact(newContact(company, domain)),
      'too-many-requests',
    );
    expect(data?.retryAfter).toBe(3600);
    // Notifications invite nobody.
    await client.people.createContact(
      newContact(company, domain, { roleId: company.roles['notifications-only'] }),
    );
  });
});

describe('the activation', () => {
  test('D5: expires after 72 h, and the directory says so', async () => {
    const contact = await condor.add();
    const mail = await people.portal.nextMail(contact.email);
    expect(Date.parse(contact.invitation?.expiresAt ?? '')).toBe(people.portal.clock.now() + 72 * hours);
    people.portal.clock.advance(72 * hours);
    const { client } = await condor.as('administrator');
    expect(await client.people.getContact({ id: contact.id })).toMatchObject({ state: 'expired' });
    const { contacts } = await client.people.listContacts({ search: contact.email, state: 'expired' });
    expect(contacts.map(({ id }) => id)).toEqual([contact.id]);
    const invited = await client.people.listContacts({ state: 'invited' });
    expect(invited.total).toBe(0);
    await expectRefusal(
      people.portal.client().passwords.set({ token: people.portal.tokenIn(mail), password: testPassword }),
      'link-expired',
    );
  });

  test('D5: after the period that the company configured', async () => {
    const { company, add } = await people.staffed('Con plazo corto');
    await people.query(sql`update account set link_hours = 2 where id = ${company.id}`);
    const contact = await add();
    expect(Date.parse(contact.invitation?.expiresAt ?? '')).toBe(people.portal.clock.now() + 2 * hours);
  });

  test('D6: an administrator mails it again: a new link, the old one is void', async () => {
    const { client } = await condor.as('administrator');
    const contact = await client.people.createContact(newContact(condor.company, condor.domain));
    const first = people.portal.tokenIn(await people.portal.nextMail(contact.email));
    people.portal.clock.advance(2 * minutes);
    const again = await client.people.resendInvitation({ id: contact.id });
    expect(again).toMatchObject({ state: 'invited' });
    expect(Date.parse(again.invitation?.expiresAt ?? '')).toBe(people.portal.clock.now() + 72 * hours);
    const second = people.portal.tokenIn(await people.portal.nextMail(contact.email));
    expect(second).not.toBe(first);
    const set = (token: string) =>
      people.portal.client().passwords.set({ token, password: 'barcos lentos de madera' });
    await expectRefusal(set(first), 'link-invalid');
    await set(second);
    await expectRefusal(client.people.resendInvitation({ id: contact.id }), 'invitation-not-pending');
  });

  test('D6: missed altogether, a reset by an administrator activates, too', async () => {
    const contact = await condor.add();
    await people.portal.nextMail(contact.email);
    people.portal.clock.advance(73 * hours);
    const { client } = await condor.as('administrator');
    expect(await client.people.resetPassword({ id: contact.id })).toMatchObject({ state: 'invited' });
    const token = people.portal.tokenIn(await people.portal.nextMail(contact.email));
    await people.portal.client().passwords.set({ token, password: 'barcos lentos de madera' });
    expect(await client.people.getContact({ id: contact.id })).toMatchObject({ state: 'active' });
  });

  test('once a minute, five times a day', async () => {
    const contact = await condor.add();
    const resend = async () => {
      const { client } = await condor.as('administrator');
      return client.people.resendInvitation({ id: contact.id });
    };
    people.portal.clock.advance(59 * seconds);
    expect(await expectRefusal(resend(), 'invitation-too-soon')).toMatchObject({ retryAfter: 1 });
    for (let time = 0; time < 5; time += 1) {
      people.portal.clock.advance(minutes);
      await resend();
    }
    people.portal.clock.advance(minutes);
    const data = await expectRefusal(resend(), 'invitation-too-soon');
    expect(data?.retryAfter).toBe((24 * hours - 6 * minutes - 59 * seconds) / 1000);
    people.portal.clock.advance(days);
    await resend();
  });

  test('who was made an administrator by somebody who is none any more does not come in with it', async () => {
    const { company, domain, email, as, contactId } = await people.staffed('Con despedida');
    const { client } = await as('administrator');
    const input = newContact(company, domain, { roleId: company.roles.administrator });
    await client.people.createContact(input);
    const token = people.portal.tokenIn(await people.portal.nextMail(input.email));
    const owner = await confirmed(await as('owner'));
    await owner.people.deleteContact({ id: contactId('administrator') });
    expect(email('administrator')).toContain('administrator');
    const password = 'barcos lentos de madera';
    await people.portal.client().passwords.set({ token, password });
    await expectRefusal(people.portal.signIn(input.email, password), 'invalid-credentials');
  });
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
    expect((await owner.people.getContact({ id })).allowed).toEqual(['update', 'reset-password', 'assign-seat']);
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
    expect(await client.people.reactivateContact({ id: contact.id })).toMatchObject({ state: 'expired' });
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

describe('deleting', () => {
  test('A7, D10: with the password given lately; the person loses everything here and the audit stays', async () => {
    const { company, as, contactId, email } = await people.staffed('De bajas');
    const engineer = await as('license-installer');
    const administrator = await people.portal.signIn(email('administrator'), testPassword);
    const id = contactId('license-installer');
    people.portal.clock.advance(5 * minutes + 1);
    await expectRefusal(administrator.client.people.deleteContact({ id }), 'confirmation-required');
    await confirmed(administrator);
    await administrator.client.people.deleteContact({ id });
    await expectRefusal(administrator.client.people.getContact({ id }), 'not-found');
    await expectRefusal(administrator.client.people.deleteContact({ id }), 'not-found');
    await expectRefusal(engineer.client.sessions.profile(), 'session-ended');
    await expectRefusal(
      people.portal.signIn(email('license-installer'), testPassword),
      'invalid-credentials',
    );
    const { total } = await administrator.client.people.listContacts({});
    expect(total).toBe(6);
    const trace = await auditOf(people, company);
    expect(trace.at(-1)).toMatchObject({
      action: 'contact.deleted',
      actor: { email: email('administrator') },
      subject: { id, email: email('license-installer') },
    });
  });

  test('somebody who comes back joins with the password that they have', async () => {
    const { company, domain, as, contactId, email } = await people.staffed('De regresos');
    const client = await confirmed(await as('administrator'));
    await client.people.deleteContact({ id: contactId('license-installer') });
    const back = await client.people.createContact(
      newContact(company, domain, { email: email('license-installer') }),
    );
    expect(back.state).toBe('invited');
    await people.portal.nextMail(email('license-installer'));
    await people.portal.signIn(email('license-installer'), testPassword);
    expect(await client.people.getContact({ id: back.id })).toMatchObject({ state: 'active' });
  });
});

describe('resetting a password', () => {
  test('D9: mails a link for 72 h; the old password works until the new one is set, and nobody sees either', async () => {
    const { as, contactId, email, company } = await people.staffed('De olvidos');
    const engineer = await as('license-installer');
    const administrator = await people.portal.signIn(email('administrator'), testPassword);
    const id = contactId('license-installer');
    people.portal.clock.advance(5 * minutes + 1);
    await expectRefusal(administrator.client.people.resetPassword({ id }), 'confirmation-required');
    const client = await confirmed(administrator);
    await client.people.resetPassword({ id });
    await engineer.client.sessions.profile();
    expect(await expectRefusal(client.people.resetPassword({ id }), 'invitation-too-soon')).toMatchObject({
      retryAfter: 60,
    });

    const mail = await people.portal.nextMail(email('license-installer'));
    const token = people.portal.tokenIn(mail);
    const link = await people.portal.client().passwords.readLink({ token });
    expect(link.purpose).toBe('reset');
    expect(Date.parse(link.expiresAt)).toBe(people.portal.clock.now() + 72 * hours);
    const password = 'barcos lentos de madera';
    await people.portal.client().passwords.set({ token, password });
    await expectRefusal(engineer.client.sessions.profile(), 'session-ended');
    await people.portal.signIn(email('license-installer'), password);
    const trace = JSON.stringify(await auditOf(people, company));
    expect(trace).toContain('password.reset-requested');
    for (const secret of [token, password]) expect(trace).not.toContain(secret);
  });

  test('not of a suspended contact, and not of the owner by an administrator', async () => {
    const { as, contactId } = await people.staffed('De límites');
    const client = await confirmed(await as('administrator'));
    await client.people.suspendContact({ id: contactId('license-installer') });
    await expectRefusal(
      client.people.resetPassword({ id: contactId('license-installer') }),
      'contact-suspended',
    );
    await expectRefusal(client.people.resetPassword({ id: contactId('owner') }), 'target-outranks-actor');
  });
});
