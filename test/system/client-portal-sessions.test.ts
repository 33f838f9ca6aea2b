import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { demonstration, demonstrationAdministrator } from '../../src/portal/demonstration/access.ts';
import { endSessions } from '../../src/portal/services/end-sessions.ts';
import { clientAndPortal } from './client-portal-support.ts';

describe('sessions of client and portal together', () => {
  const rig = clientAndPortal();

  test('A3, A17, A20: sign in once; the next start is silent, over many rotations', async () => {
    const first = await rig.signIn(demonstrationAdministrator.email);
    expect(first.core.state.get()).toMatchObject({
      setup: { step: 'done' },
      profile: { membership: { account: { name: demonstration.company } } },
      connection: { state: 'online' },
    });
    for (let round = 0; round < 4; round++) {
      await rig.pass(11 * 60_000);
      expect((await first.client.people.listPools()).pools.length).toBeGreaterThan(0);
    }
    await first.core.stop();
    await rig.pass(3 * 86_400_000);
    const { core, client } = await rig.start();
    expect(core.session.hasIdentity()).toBe(true);
    const { contacts, total } = await client.people.listContacts({ limit: 5 });
    expect(contacts).toHaveLength(5);
    expect(total).toBeGreaterThan(20);
    expect(await client.session.list()).toMatchObject({
      sessions: [{ current: true, deviceName: 'puesto-07' }],
    });
    await client.session.signOut();
    await expect(client.people.listContacts({})).rejects.toMatchObject({ code: 'not-signed-in' });
  });

  test('C10: the person of two companies chooses, and changes over', async () => {
    const { core, client } = await rig.signIn(demonstration.engineerOfTwoCompanies);
    const { setup } = core.state.get();
    if (setup.step !== 'choose-account') throw new Error(`at ${setup.step}`);
    const [one, other] = setup.accounts.map(({ account }) => account);
    await client.setup.chooseAccount({ accountId: one?.id ?? '' });
    expect(core.session.profile?.membership.account).toEqual(one);
    await client.session.switchAccount({ accountId: other?.id ?? '' });
    expect(core.session.profile?.membership.account).toEqual(other);
    await rig.pass(11 * 60_000);
    await client.session.list();
    expect(core.session.profile?.membership.account, 'kept over a rotation').toEqual(other);
  });

  test('a wrong password, and a session that an administrator ends', async () => {
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'cloud-signin' });
    await running.client.setup.setPortal({ address: rig.portal.url });
    const wrong = running.client.setup.signIn({
      email: demonstration.licenseManager,
      password: 'no es esta palabra',
    });
    await expect(wrong).rejects.toMatchObject({ code: 'invalid-credentials' });
    await running.client.setup.signIn({
      email: demonstration.licenseManager,
      password: demonstration.password,
    });
    const { sessions } = await running.client.session.list();
    const second = await rig.start();
    await second.client.session.end({ id: sessions[0]?.id ?? '' });
    await expect(running.client.people.listRoles()).rejects.toMatchObject({ code: 'session-ended' });
    await expect
      .poll(() => running.core.state.get())
      .toMatchObject({
        setup: { step: 'sign-in', email: demonstration.licenseManager },
        notices: [{ code: 'session-ended' }],
      });
  });

  test.each([
    ['password-set', 'full', 'session-ended'],
    ['suspended', 'read-only', 'access-ended'],
  ] as const)(
    'a session that ends under a program that runs (%s): %s until the person signs in again',
    async (reason, permit, code) => {
      const { core, client } = await rig.signIn(demonstrationAdministrator.email);
      const use = {
        id: randomUUID(),
        program: 'viga',
        version: '2026.1',
        since: new Date(rig.clock.now()).toISOString(),
        state: 'waiting' as const,
        features: [],
        interactive: false,
      };
      expect(await core.licenses.acquire(use, new AbortController().signal)).toMatchObject({
        permit: 'full',
      });
      const sessionId = core.session.profile?.sessionId ?? '';
      await rig.portal.services.database.asService((tx) =>
        endSessions(tx, { sessionId }, reason, rig.portal.clock.now()),
      );
      await expect(client.people.listRoles()).rejects.toMatchObject({ code });
      await expect.poll(() => core.licenses.status('viga').permit).toBe(permit);
      expect(core.state.get().setup).toMatchObject({
        step: 'sign-in',
        email: demonstrationAdministrator.email,
        problem: { code },
      });
      await rig.pass(2 * 60_000);
      await client.setup.signIn({
        email: demonstrationAdministrator.email,
        password: demonstration.password,
      });
      await expect
        .poll(() => core.licenses.status('viga'))
        .toMatchObject({ state: 'active', permit: 'full' });
      await core.licenses.release({ ...use });
    },
  );

  test('an answer that gets lost while rotating is asked for again, and the session goes on', async () => {
    const { core, client } = await rig.signIn(demonstrationAdministrator.email);
    await rig.pass(11 * 60_000);
    rig.ports.secrets.before = null;
    const http = rig.http();
    let lost = 0;
    const { core: flaky } = await rig.start({
      async fetch(request) {
        const response = await http.fetch(request);
        if (!request.url.endsWith('/refresh') || lost++ > 0) return response;
        throw new TypeError('terminated');
      },
      close: () => http.close(),
    });
    await expect(flaky.session.renew()).rejects.toMatchObject({ code: 'portal-truncated' });
    // Long after the 20 s in which the portal would forgive another token.
    await rig.pass(120_000);
    await flaky.session.renew();
    expect(lost).toBeGreaterThan(1);
    await client.people.listRoles();
    expect(core.session.hasIdentity()).toBe(true);
  });
});
