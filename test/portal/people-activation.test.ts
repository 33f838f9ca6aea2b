import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { confirmed, expectRefusal, newContact, peoplePortal, type Staff } from './people-support.ts';
import { days, hours, minutes, seconds, testPassword } from './support.ts';

const people = peoplePortal();
let condor: Staff;
beforeAll(async () => {
  condor = await people.staffed();
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

  test('links that somebody asks for are none of them, whoever asks', async () => {
    const contact = await condor.add();
    await people.portal.nextMail(contact.email);
    for (let time = 0; time < 5; time += 1) {
      await people.portal.client().passwords.requestLink({ email: contact.email });
      await people.portal.nextMail(contact.email);
    }
    people.portal.clock.advance(minutes);
    const { client } = await condor.as('administrator');
    expect(await client.people.resendInvitation({ id: contact.id })).toMatchObject({ state: 'invited' });
  });

  test('once a minute also for an address that was deleted and added again', async () => {
    const { company, domain, as } = await people.staffed('Con prisa');
    const email = `otra.vez@${domain}`;
    const client = await confirmed(await as('administrator'));
    const add = (change = {}) =>
      client.people.createContact(newContact(company, domain, { email, ...change }));
    await client.people.deleteContact({ id: (await add()).id });
    expect(await expectRefusal(add({ email: email.toUpperCase() }), 'invitation-too-soon')).toMatchObject({
      retryAfter: 60,
    });
    // Who is not invited gets no mail.
    const silent = await add({ roleId: company.roles['notifications-only'] });
    await client.people.deleteContact({ id: silent.id });
    people.portal.clock.advance(minutes);
    await add();
  });

  describe('by somebody who is not entitled to it any more', () => {
    const password = 'barcos lentos de madera';

    test.each(['delete', 'suspend', 'demote'] as const)(
      '%s: the mailed link says that it is void',
      async (what) => {
        const { company, domain, email, as, contactId } = await people.staffed('Con despedida');
        const { client } = await as('administrator');
        const input = newContact(company, domain, { roleId: company.roles.administrator });
        const contact = await client.people.createContact(input);
        const token = people.portal.tokenIn(await people.portal.nextMail(input.email));
        const owner = await confirmed(await as('owner'));
        const inviter = await owner.people.getContact({ id: contactId('administrator') });
        if (what === 'delete') await owner.people.deleteContact({ id: inviter.id });
        else if (what === 'suspend') await owner.people.suspendContact({ id: inviter.id });
        else
          await owner.people.updateContact({
            id: inviter.id,
            revision: inviter.revision,
            roleId: company.roles['license-manager'],
          });
        expect((await owner.people.getContact({ id: contact.id })).state).toBe('expired');
        const { passwords } = people.portal.client();
        await expectRefusal(passwords.readLink({ token }), 'link-invalid');
        await expectRefusal(passwords.set({ token, password }), 'link-invalid');

        // Asking for a link oneself leads to none either; the next in the queue is answered after it.
        await passwords.requestLink({ email: input.email });
        await passwords.requestLink({ email: email('owner') });
        await people.portal.nextMail(email('owner'));
        expect(people.portal.mails.filter(({ to }) => to === input.email)).toHaveLength(1);

        people.portal.clock.advance(2 * minutes);
        await owner.people.resendInvitation({ id: contact.id });
        const again = people.portal.tokenIn(await people.portal.nextMail(input.email));
        await passwords.set({ token: again, password });
        expect((await people.portal.signIn(input.email, password)).profile.membership.roleKey).toBe(
          'administrator',
        );
      },
    );

    test('a lesser role of the inviter leaves what they may still give', async () => {
      const { company, as, add, contactId } = await people.staffed('Con traspaso');
      const contact = await add({ roleId: company.roles['license-installer'] });
      const owner = await confirmed(await as('owner'));
      const inviter = await owner.people.getContact({ id: contactId('administrator') });
      await owner.people.updateContact({
        id: inviter.id,
        revision: inviter.revision,
        roleId: company.roles['license-manager'],
      });
      expect((await owner.people.getContact({ id: contact.id })).state).toBe('invited');
    });

    test('who gives an invited contact another role stands for it', async () => {
      const { company, domain, as } = await people.staffed('Con ascenso');
      const owner = await confirmed(await as('owner'));
      const { client } = await as('administrator');
      const contact = await client.people.createContact(newContact(company, domain));
      const token = people.portal.tokenIn(await people.portal.nextMail(contact.email));
      await owner.people.updateContact({ id: contact.id, revision: 1, roleId: company.roles.administrator });
      const { profile } = await as('administrator');
      const [inviter] = (await owner.people.listContacts({ search: profile.identity.email })).contacts;
      await owner.people.suspendContact({ id: inviter?.id ?? '' });
      await people.portal.client().passwords.set({ token, password });
      expect((await people.portal.signIn(contact.email, password)).profile.membership.roleKey).toBe(
        'administrator',
      );
    });
  });
});
