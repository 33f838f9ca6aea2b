import { describe, expect, test } from 'vitest';
import { auditOf, confirmed, expectRefusal, peoplePortal } from './people-support.ts';
import { hours, minutes, testPassword } from './support.ts';

const people = peoplePortal();

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
