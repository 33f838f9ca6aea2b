import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { linkRequest, rateLimit } from '../../src/portal/db/schema.ts';
import { createMemoryKeys } from '../../src/portal/keys/key-files.ts';
import { limitRules } from '../../src/portal/limits.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { describeUnless } from '../support/skip.ts';
import {
  createRefreshToken,
  createTestClock,
  createTestDevice,
  minutes,
  startTestPortal,
  type TestPortal,
  testPassword,
} from './support.ts';

const missing =
  process.env.ALDABA_TEST_DATABASE === 'postgres' ? undefined : 'the embedded database has one node';
const luis = 'luis@condor.example';

describeUnless(missing, 'two nodes on one database', () => {
  let database: TestDatabase;
  let nodes: [TestPortal, TestPortal];
  beforeAll(async () => {
    database = await createTestDatabase();
    const clock = createTestClock();
    const keys = await createMemoryKeys(clock.now());
    const start = () => startTestPortal({ database: database.url, clock, keys });
    nodes = await Promise.all([start(), start()]);
    await nodes[0].company('Estructuras Cóndor', [
      { email: luis, role: 'license-installer', password: testPassword },
    ]);
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.close()));
    await database.drop();
  });

  test('share sessions: what one opens the other knows, refreshes and ends', async () => {
    const [one, other] = nodes;
    const session = await one.signIn(luis, testPassword);
    const elsewhere = other.client(session.device, () => session.accessToken);
    expect((await elsewhere.sessions.profile()).sessionId).toBe(session.profile.sessionId);
    const next = createRefreshToken();
    const { access } = await other
      .client(session.device)
      .sessions.refresh({ refreshToken: session.refreshToken, nextTokenHash: next.hash });
    const back = one.client(session.device, () => access.accessToken);
    await other.client(session.device).sessions.signOut({ refreshToken: next.token });
    await expect(back.sessions.profile()).rejects.toMatchObject({ code: 'session-ended' });
  });

  test('share the choice among companies and its single use', async () => {
    const [one, other] = nodes;
    await one.company('Puentes del Sur', [{ email: luis, role: 'license-manager', password: testPassword }]);
    const session = await one.signIn(luis, testPassword, {
      accountId: (
        await one.company('Tercera', [{ email: luis, role: 'license-manager', password: testPassword }])
      ).id,
    });
    const { device } = session;
    const choice = await one.client(device).sessions.signIn({
      email: luis,
      password: testPassword,
      device: device.description,
      nextTokenHash: createRefreshToken().hash,
    });
    if (choice.kind !== 'choose-account') throw new Error('there was no choice');
    const accountId = choice.accounts[0]?.account.id ?? '';
    const answers = await Promise.allSettled(
      [one, other].map((node) =>
        node.client(device).sessions.chooseAccount({
          ticket: choice.ticket,
          accountId,
          nextTokenHash: createRefreshToken().hash,
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('undo nothing for one another: who signs in, refreshes or is signed in twice at once is served', async () => {
    const [one, other] = nodes;
    for (const node of nodes) vi.spyOn(node.services.hasher, 'verify').mockResolvedValue(true);
    const accountId = (
      await one.company('Cuarta', [{ email: luis, role: 'license-manager', password: testPassword }])
    ).id;
    const device = createTestDevice();
    for (let round = 0; round < 60; round += 1) {
      const session = await one.signIn(luis, testPassword, { device, accountId });
      const codes = await Promise.allSettled([
        session.refresh(),
        ...nodes.flatMap((node) => [
          node.signIn(luis, testPassword, { device, accountId }),
          node.signIn(luis, testPassword, { accountId }),
        ]),
        other.client(device).sessions.signOut({ refreshToken: session.refreshToken }),
      ]);
      const refused = codes.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.code] : []));
      // The refresh may come after the end of its session, or of its token.
      expect(refused.filter((code) => code !== 'session-ended')).toEqual([]);
    }
  });

  test('share the delay that guessing causes', async () => {
    const [one, other] = nodes;
    const code = (node: TestPortal, password: string) =>
      node.signIn(luis, password, {}).then(
        () => 'in',
        (error: { code?: string; message: string }) => error.code ?? error.message,
      );
    for (let time = 0; time < 5; time += 1)
      expect(await code(time % 2 === 0 ? one : other, 'no es esta')).toBe('invalid-credentials');
    expect(await code(one, testPassword)).toBe('invalid-credentials');
    expect(await code(other, testPassword)).toBe('invalid-credentials');
    one.clock.advance(minutes);
    expect(await code(other, testPassword)).toContain('several companies');
  });

  test('share the limits of what one address may ask for', async () => {
    const [one, other] = nodes;
    const ask = (node: TestPortal, email: string) =>
      node
        .client()
        .passwords.requestLink({ email })
        .then(
          () => 'sent',
          (error: { code: string }) => error.code,
        );
    expect(await ask(one, 'x@condor.example')).toBe('sent');
    const { points } = limitRules['link-address'];
    await one.services.database.queries.update(rateLimit).set({ points: points - 2 });
    const answers: string[] = [];
    for (const node of [one, other, one, other]) answers.push(await ask(node, 'y@condor.example'));
    expect(answers).toEqual(['sent', 'sent', 'too-many-requests', 'too-many-requests']);
  });

  test('share the mail: each is sent by one of them', async () => {
    const before = nodes.map(({ mails }) => mails.length);
    const people = Array.from({ length: 20 }, (_, index) => ({
      email: `p${index}@condor.example`,
      role: 'license-installer' as const,
    }));
    const [one, other] = nodes;
    await one.company('Muchos', people);
    const { queries } = one.services.database;
    await queries.delete(rateLimit);
    for (const { email } of people) await one.client().passwords.requestLink({ email });
    other.services.wakeMail();
    await expect
      .poll(async () => (await queries.select().from(linkRequest)).length, { interval: 20 })
      .toBe(0);
    const sent = () => nodes.flatMap(({ mails }, index) => mails.slice(before[index])).map(({ to }) => to);
    await expect.poll(() => sent().length, { interval: 20 }).toBe(20);
    expect(new Set(sent()).size).toBe(20);
  });

  test('know a link that the other’s mail brought', async () => {
    const [one, other] = nodes;
    const email = 'p3@condor.example';
    await one.services.database.queries.delete(rateLimit);
    const mails = nodes.flatMap((node) => node.mails).filter(({ to }) => to === email);
    const token = one.tokenIn(mails[0] as (typeof mails)[number]);
    expect((await other.client().passwords.readLink({ token })).email).toBe(email);
    await one.client().passwords.set({ token, password: 'la barca vieja no tiene remos' });
    await expect(other.client().passwords.readLink({ token })).rejects.toMatchObject({
      code: 'link-invalid',
    });
  });
});
