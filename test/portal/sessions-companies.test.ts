import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRefreshToken, createTestDevice, minutes, type TestPortal, testPassword } from './support.ts';
import { ana, refused, startTwoCompanies, type TwoCompanies } from './two-companies-support.ts';

let portal: TwoCompanies;
beforeAll(async () => {
  portal = await startTwoCompanies();
});
afterAll(() => portal.close());

describe('C10: a person of several companies', () => {
  test('chooses the company when signing in', async () => {
    const device = createTestDevice();
    const token = createRefreshToken();
    const choice = await portal.attempt(ana, testPassword, device, token);
    if (choice.kind !== 'choose-account') throw new Error('there was no choice');
    expect(choice.accounts.map(({ account, association }) => [account.name, association])).toEqual([
      ['Estructuras Cóndor', false],
      ['Puentes del Sur', true],
    ]);
    const { ticket } = choice;
    const entered = await portal
      .client(device)
      .sessions.chooseAccount({ ticket, accountId: portal.puentes.id, nextTokenHash: token.hash });
    expect(entered.profile.membership).toMatchObject({
      account: { id: portal.puentes.id },
      roleKey: 'license-manager',
    });
    // Once.
    await expect(
      portal.client(device).sessions.chooseAccount({
        ticket,
        accountId: portal.puentes.id,
        nextTokenHash: createRefreshToken().hash,
      }),
    ).rejects.toMatchObject(refused('account-choice-expired'));
  });

  test('of a company that is not theirs, a person of one company is given the choice, and no session', async () => {
    const email = 'nuria.solis@taller.example';
    const taller = await portal.company('Taller Norte', [
      { email, role: 'administrator', password: testPassword },
    ]);
    const device = createTestDevice();
    const { hash } = createRefreshToken();
    const answer = await portal.client(device).sessions.signIn({
      email,
      password: testPassword,
      device: device.description,
      nextTokenHash: hash,
      accountId: portal.puentes.id,
    });
    if (answer.kind !== 'choose-account') throw new Error('there was no choice');
    expect(answer.accounts.map(({ account }) => account.id)).toEqual([taller.id]);
    const { client } = await portal.signIn(email, testPassword);
    expect((await client.sessions.list()).sessions).toHaveLength(1);
  });

  test('the choice belongs to the device, lasts 5 min and holds what was offered', async () => {
    const device = createTestDevice();
    const choice = await portal.attempt(ana, testPassword, device);
    if (choice.kind !== 'choose-account') throw new Error('there was no choice');
    const choose = (client: ReturnType<TestPortal['client']>, accountId: string) =>
      client.sessions.chooseAccount({
        ticket: choice.ticket,
        accountId,
        nextTokenHash: createRefreshToken().hash,
      });
    await expect(choose(portal.client(), portal.condor.id)).rejects.toMatchObject(
      refused('account-choice-expired'),
    );
    const other = await portal.company('Ajena', []);
    await expect(choose(portal.client(device), other.id)).rejects.toMatchObject(
      refused('account-choice-expired'),
    );
    portal.clock.advance(5 * minutes + 1);
    await expect(choose(portal.client(device), portal.condor.id)).rejects.toMatchObject(
      refused('account-choice-expired'),
    );
  });

  test('of two choices with one ticket at once, one is taken', async () => {
    const device = createTestDevice();
    const choice = await portal.attempt(ana, testPassword, device);
    if (choice.kind !== 'choose-account') throw new Error('there was no choice');
    const answers = await Promise.allSettled(
      [portal.condor.id, portal.puentes.id].map((accountId) =>
        portal.client(device).sessions.chooseAccount({
          ticket: choice.ticket,
          accountId,
          nextTokenHash: createRefreshToken().hash,
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('enters a company at once when the device names it, and is asked when that one is not to be had', async () => {
    const session = await portal.signIn(ana, testPassword, { accountId: portal.puentes.id });
    expect(session.profile.membership.account.id).toBe(portal.puentes.id);
    await expect(portal.signIn(ana, testPassword, { accountId: crypto.randomUUID() })).rejects.toThrow(
      'several companies',
    );
  });

  test('goes on in another company; tokens of the first company end', async () => {
    const session = await portal.signIn(ana, testPassword, { accountId: portal.condor.id });
    const before = session.accessToken;
    const switched = await session.client.sessions.switchAccount({ accountId: portal.puentes.id });
    expect(switched.profile).toMatchObject({ membership: { account: { id: portal.puentes.id } } });
    expect(switched.profile.sessionId).toBe(session.profile.sessionId);
    const old = portal.client(session.device, () => before);
    await expect(old.sessions.profile()).rejects.toMatchObject(refused('not-signed-in'));
    session.accessToken = switched.access.accessToken;
    await expect(
      session.client.sessions.switchAccount({ accountId: crypto.randomUUID() }),
    ).rejects.toMatchObject(refused('not-found'));
    await session.refresh();
    expect((await session.client.sessions.profile()).membership.account.id).toBe(portal.puentes.id);
  });
});
