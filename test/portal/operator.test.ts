import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { addCompany } from '../../src/portal/operator/companies.ts';
import type { Operator } from '../../src/portal/operator/operator.ts';
import { addKey, addPool, putProduct, revokeKey } from '../../src/portal/operator/sales.ts';
import { peoplePortal } from './people-support.ts';
import { hours, testPassword } from './support.ts';

const people = peoplePortal();
const operator = (): Operator => {
  const { database, clock, settings, keys } = people.portal.services;
  return { database, clock, settings, keys: async () => keys, name: 'raiz' };
};
const admin = (email: string) => ({ email, firstName: 'Inés', lastName: 'Huamán', language: 'pt' as const });
const actions = (accountId: string) =>
  people.query<{ action: string; actor: unknown }>(
    sql`select action, actor from audit where account_id = ${accountId} order by seq`,
  );

test('a company is made once, and its first administrator invited anew when the invitation ended', async () => {
  const given = { name: 'Andes', admin: admin('ines@andes.example'), linkHours: 24 };
  const [first, second] = await Promise.all([addCompany(operator(), given), addCompany(operator(), given)]);
  expect(second.id).toBe(first.id);
  expect([first.created, second.created].toSorted()).toEqual([false, true]);
  const other = { ...given, admin: admin('otra@andes.example') };
  await expect(addCompany(operator(), other)).rejects.toThrow('another address');
  // An operator's command is another process: the portal looks for its mails now and then, and here at once.
  people.portal.services.wakeMail();
  const old = people.portal.tokenIn(await people.portal.nextMail('ines@andes.example'));

  people.portal.clock.advance(25 * hours);
  expect(await addCompany(operator(), given)).toEqual({ id: first.id, created: false, invited: true });
  people.portal.services.wakeMail();
  const mail = await people.portal.nextMail('ines@andes.example');
  expect(mail.subject).toContain('senha');
  const { passwords } = people.portal.client();
  await expect(passwords.readLink({ token: old })).rejects.toMatchObject({ code: 'link-invalid' });
  await passwords.set({ token: people.portal.tokenIn(mail), password: testPassword });
  const { profile } = await people.portal.signIn('ines@andes.example', testPassword);
  expect(profile.permissions).toContain('account:transfer-owner');
  expect(await addCompany(operator(), given)).toMatchObject({ created: false, invited: false });
  expect((await actions(first.id)).slice(0, 2)).toEqual([
    { action: 'account.created', actor: { kind: 'operator', name: 'raiz' } },
    { action: 'invitation.resent', actor: { kind: 'operator', name: 'raiz' } },
  ]);
});

test('who has a password already joins with it', async () => {
  const condor = await people.staffed();
  const email = condor.email('finance');
  const { id } = await addCompany(operator(), { name: 'Segunda', admin: admin(email), linkHours: 72 });
  people.portal.services.wakeMail();
  expect((await people.portal.nextMail(email)).text).not.toContain('#token=');
  const { profile } = await people.portal.signIn(email, testPassword, { accountId: id });
  expect(profile.membership.roleKey).toBe('administrator');
});

test('seats and keys: what is repeated changes nothing, and all is in the company’s audit', async () => {
  const { company } = await people.staffed('Vendida');
  await putProduct(operator(), { code: 'muro', name: 'Muro' });
  await putProduct(operator(), { code: 'muro', name: 'Muro 2' });
  const seats = { product: 'muro', kind: 'floating', total: 3 } as const;
  const pool = await addPool(operator(), company.id, seats, false);
  expect(await addPool(operator(), company.id, seats, false)).toEqual({ id: pool.id, created: false });
  const withFeature = await addPool(operator(), 'Vendida', { ...seats, features: ['sismo'] }, false);
  expect(withFeature.created).toBe(true);
  expect((await addPool(operator(), company.id, seats, true)).created).toBe(true);

  const lent = { ...seats, total: 4, borrowDays: 21 };
  const { id: lentId } = await addPool(operator(), company.id, lent, false);
  const days = await people.query(
    sql`select borrow_days as n from pool where id in (${pool.id}, ${lentId}) order by total`,
  );
  expect(days).toEqual([{ n: 14 }, { n: 21 }]);

  const key = await addKey(operator(), company.id, { kind: 'cloud', poolIds: [pool.id] });
  expect(await revokeKey(operator(), company.id, key.id)).toEqual({ revoked: true });
  expect(await revokeKey(operator(), company.id, key.id)).toEqual({ revoked: false });
  const stranger = await people.staffed('Ajena');
  await expect(revokeKey(operator(), stranger.company.id, key.id)).rejects.toThrow('no key');
  await expect(
    addKey(operator(), stranger.company.id, { kind: 'cloud', poolIds: [pool.id] }),
  ).rejects.toThrow('no pool');
  await expect(addPool(operator(), 'Nadie', seats, false)).rejects.toThrow('no company');
  await expect(addPool(operator(), company.id, { ...seats, product: 'nada' }, false)).rejects.toThrow(
    'no product',
  );
  const trace = await actions(company.id);
  expect(trace.map(({ action }) => action)).toEqual([
    'pool.created',
    'pool.created',
    'pool.created',
    'pool.created',
    'license-key.created',
    'license-key.revoked',
  ]);
  expect(JSON.stringify(trace)).not.toContain(key.key);
});
