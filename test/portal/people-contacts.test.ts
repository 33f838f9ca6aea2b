import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { confirmed, expectRefusal, newContact, peoplePortal, type Staff } from './people-support.ts';
import { hours, minutes, testPassword } from './support.ts';

const people = peoplePortal();
let condor: Staff;
beforeAll(async () => {
  condor = await people.staffed();
});

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

  test('D3: an administrator only with the password given lately; repeated after it, it is the same operation', async () => {
    const administrator = await people.portal.signIn(condor.email('administrator'), testPassword);
    const { client } = administrator;
    people.portal.clock.advance(5 * minutes + 1);
    await client.people.createContact(newContact(condor.company, condor.domain));
    const input = newContact(condor.company, condor.domain, {
      roleId: condor.company.roles.administrator,
    });
    await expectRefusal(client.people.createContact(input), 'confirmation-required');
    expect((await client.people.listContacts({ search: input.email })).total).toBe(0);
    await confirmed(administrator);
    const contact = await client.people.createContact(input);
    expect(contact).toMatchObject({ email: input.email, state: 'invited', role: { key: 'administrator' } });
    people.portal.clock.advance(4 * minutes);
    expect(await client.people.createContact(input)).toEqual(contact);
    await people.portal.nextMail(input.email);
    expect(people.portal.mails.filter(({ to }) => to === input.email)).toHaveLength(1);
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
    await expectRefusal(condor.add({ roleId: condor.company.roles[role] }), 'role-not-given');
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
    ['jobTitle', { jobTitle: 'media \ud800 pareja' }],
  ])('a wrong %s is named', async (field, change) => {
    expect(await expectRefusal(condor.add(change), 'invalid-input')).toEqual({ field });
  });

  test('a company invites at most 500 people in 24 hours', async () => {
    const { company, domain, as } = await people.staffed('Invitadora');
    const at = new Date(people.portal.clock.now() - 23 * hours).toISOString();
    await people.query(
      sql`insert into mail (id, account_id, recipient, template, language, data, created_at, next_attempt_at, sent_at)
        select gen_random_uuid(), ${company.id}, 'x@x.example', 'activate', 'es', jsonb_build_object('invitationId', gen_random_uuid()),
          ${at}, ${at}, ${at} from generate_series(1, 500)`,
    );
    const { client } = await as('administrator');
    const data = await expectRefusal(
      client.people.createContact(newContact(company, domain)),
      'invitation-limit',
    );
    expect(data).toEqual({
      retryAfter: 3600,
      until: new Date(people.portal.clock.now() + hours).toISOString(),
      maximum: 500,
    });
    // Notifications invite nobody.
    await client.people.createContact(
      newContact(company, domain, { roleId: company.roles['notifications-only'] }),
    );
  });
});
