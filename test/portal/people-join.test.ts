import { sql } from 'drizzle-orm';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Contact } from '../../src/contract/portal/people.ts';
import { auditOf, expectRefusal, newContact, peoplePortal, type Staff } from './people-support.ts';
import { createRefreshToken, createTestDevice, hours, minutes, testPassword } from './support.ts';

const people = peoplePortal();
let condor: Staff;
let puentes: Staff;
beforeAll(async () => {
  condor = await people.staffed('Estructuras Cóndor');
  puentes = await people.staffed('Puentes del Sur');
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function signIn(email: string) {
  const device = createTestDevice();
  const client = people.portal.client(device);
  const nextTokenHash = createRefreshToken().hash;
  const answer = await client.sessions.signIn({
    email,
    password: testPassword,
    device: device.description,
    nextTokenHash,
  });
  return { answer, client };
}

describe('somebody who has a password already', () => {
  test('C10: gets a mail without link, signs in once and chooses the company; choosing accepts', async () => {
    const email = condor.email('license-installer');
    const { client: administrator } = await puentes.as('administrator');
    const contact = await administrator.people.createContact(
      newContact(puentes.company, puentes.domain, {
        email,
        roleId: puentes.company.roles['license-manager'],
      }),
    );
    // Until they came in, the answer is the one for somebody whom no company knows.
    expect(contact).toMatchObject({ state: 'invited', association: false });
    const mail = await people.portal.nextMail(email);
    expect(mail.subject).toContain('Puentes del Sur');
    expect(mail.text).not.toContain('#token=');

    const { answer, client } = await signIn(email);
    if (answer.kind !== 'choose-account') throw new Error('two companies are a choice');
    expect(answer.accounts.map(({ account, association }) => [account.name, association])).toEqual([
      ['Estructuras Cóndor', false],
      ['Puentes del Sur', true],
    ]);
    // Looking at the choice accepts nothing.
    expect(await administrator.people.getContact({ id: contact.id })).toMatchObject({ state: 'invited' });
    const entered = await client.sessions.chooseAccount({
      ticket: answer.ticket,
      accountId: puentes.company.id,
      nextTokenHash: createRefreshToken().hash,
    });
    expect(entered.profile.membership.roleKey).toBe('license-manager');
    expect(await administrator.people.getContact({ id: contact.id })).toMatchObject({
      state: 'active',
      invitation: null,
      association: true,
    });
    const trace = await auditOf(people, puentes.company);
    expect(trace.at(-1)).toMatchObject({ action: 'session.started', after: { joined: true } });
  });

  test('C10: is not told by the times of the invitation from somebody whom no company knows', async () => {
    const { clock } = people.portal;
    const { client: administrator } = await puentes.as('administrator');
    const { now } = clock;
    vi.spyOn(clock, 'now').mockImplementation(() => {
      clock.advance(1);
      return now();
    });
    const period = ({ invitation }: Contact) =>
      Date.parse(invitation?.expiresAt ?? '') - Date.parse(invitation?.sentAt ?? '');
    const contacts = await Promise.all(
      [condor.email('administrator'), `nadie@${puentes.domain}`].map((email) =>
        administrator.people.createContact(newContact(puentes.company, puentes.domain, { email })),
      ),
    );
    expect(contacts.map(period)).toEqual([72 * hours, 72 * hours]);
    clock.advance(2 * minutes);
    const again = await Promise.all(contacts.map(({ id }) => administrator.people.resendInvitation({ id })));
    expect(again.map(period)).toEqual([72 * hours, 72 * hours]);
  });

  test('is asked also when the company that invites is the only one left', async () => {
    const email = condor.email('notifications-only');
    const { client: administrator } = await puentes.as('administrator');
    const contact = await administrator.people.createContact(
      newContact(puentes.company, puentes.domain, { email }),
    );
    const { answer } = await signIn(email);
    if (answer.kind !== 'choose-account') throw new Error('an invitation is a choice');
    expect(answer.accounts.map(({ account }) => account.name)).toEqual(['Puentes del Sur']);
    expect(await administrator.people.getContact({ id: contact.id })).toMatchObject({ state: 'invited' });
  });

  test('C10: accepts by switching company in an open session, too', async () => {
    const email = condor.email('finance');
    const session = await condor.as('finance');
    const { client: administrator } = await puentes.as('administrator');
    const contact = await administrator.people.createContact(
      newContact(puentes.company, puentes.domain, { email }),
    );
    const profile = await session.client.sessions.profile();
    expect(profile.accounts.map(({ account }) => account.name)).toEqual([
      'Estructuras Cóndor',
      'Puentes del Sur',
    ]);
    const { access } = await session.client.sessions.switchAccount({ accountId: puentes.company.id });
    session.accessToken = access.accessToken;
    expect((await session.client.sessions.profile()).membership.account.name).toBe('Puentes del Sur');
    expect(await administrator.people.getContact({ id: contact.id })).toMatchObject({ state: 'active' });
  });

  test('an invitation that ended, was revoked, or whose inviter left is no choice', async () => {
    const { client: administrator } = await puentes.as('administrator');
    const email = condor.email('auditor');
    const contact = await administrator.people.createContact(
      newContact(puentes.company, puentes.domain, { email }),
    );
    expect((await signIn(email)).answer.kind).toBe('choose-account');
    const without = async () => expect((await signIn(email)).answer.kind).toBe('signed-in');

    await people.query(sql`update membership set suspended_at = created_at where account_id = ${puentes.company.id}
      and identity_id = ${puentes.company.contacts[puentes.email('administrator')]?.identityId ?? ''}`);
    await without();
    await people.query(
      sql`update membership set suspended_at = null where account_id = ${puentes.company.id}`,
    );
    expect((await signIn(email)).answer.kind).toBe('choose-account');

    people.portal.clock.advance(72 * hours);
    await without();
    const { client } = await puentes.as('administrator');
    expect(await client.people.getContact({ id: contact.id })).toMatchObject({ state: 'expired' });
    expect(await client.people.resendInvitation({ id: contact.id })).toMatchObject({ state: 'invited' });
    expect((await signIn(email)).answer.kind).toBe('choose-account');
    await client.people.suspendContact({ id: contact.id });
    await without();
    await client.people.reactivateContact({ id: contact.id });
    people.portal.clock.advance(2 * minutes);
    await client.people.resendInvitation({ id: contact.id });
    expect((await signIn(email)).answer.kind).toBe('choose-account');
    await client.sessions.confirmPassword({ password: testPassword });
    const { revision } = await client.people.getContact({ id: contact.id });
    const silent = puentes.company.roles['notifications-only'];
    await client.people.updateContact({ id: contact.id, revision, roleId: silent });
    const [invitation] = await people.query<{ state: string }>(
      sql`select state from invitation where account_id = ${puentes.company.id} and contact_id = ${contact.id}`,
    );
    expect(invitation?.state).toBe('revoked');
    await without();
  });

  test('suspended in one company, they go on in the other', async () => {
    const email = condor.email('license-manager');
    const { client: administrator } = await puentes.as('administrator');
    const contact = await administrator.people.createContact(
      newContact(puentes.company, puentes.domain, { email }),
    );
    const there = await people.portal.signIn(email, testPassword, { accountId: puentes.company.id });
    const here = await people.portal.signIn(email, testPassword, { accountId: condor.company.id });
    await administrator.people.suspendContact({ id: contact.id });
    await expectRefusal(there.client.sessions.profile(), 'session-ended');
    expect((await here.client.sessions.profile()).accounts).toHaveLength(1);
    const again = await administrator.people.reactivateContact({ id: contact.id });
    expect(again.state).toBe('active');
  });

  test('another company edits its own contact, not the person', async () => {
    const email = condor.email('owner');
    const { client: administrator } = await puentes.as('administrator');
    const contact = await administrator.people.createContact(
      newContact(puentes.company, puentes.domain, { email }),
    );
    await administrator.people.updateContact({
      id: contact.id,
      revision: 1,
      firstName: 'Otro',
      lastName: 'Nombre',
    });
    const session = await people.portal.signIn(email, testPassword, { accountId: condor.company.id });
    expect(session.profile.identity.name).toBe('Ana owner');
  });
});

test('somebody invited by two companies before the first password comes into both', async () => {
  const email = 'nueva@personas.example';
  for (const staff of [condor, puentes]) await staff.add({ email });
  const mails = [await people.portal.nextMail(email), await people.portal.nextMail(email)];
  const token = people.portal.tokenIn(mails[0] ?? expect.unreachable());
  await people.portal.client().passwords.set({ token, password: testPassword });
  for (const { company } of [condor, puentes])
    expect((await auditOf(people, company)).at(-1)).toMatchObject({
      action: 'password.created',
      actor: { email },
      after: { joined: true, sessions: 0 },
    });
  const { answer } = await signIn(email);
  expect(answer.kind === 'choose-account' && answer.accounts.map(({ account }) => account.name)).toEqual([
    'Estructuras Cóndor',
    'Puentes del Sur',
  ]);
});
