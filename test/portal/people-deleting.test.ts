import { describe, expect, test } from 'vitest';
import { auditOf, confirmed, expectRefusal, newContact, peoplePortal } from './people-support.ts';
import { minutes, testPassword } from './support.ts';

const people = peoplePortal();

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
    await people.portal.signIn(email('license-installer'), testPassword, { accountId: company.id });
    expect(await client.people.getContact({ id: back.id })).toMatchObject({ state: 'active' });
  });
});
