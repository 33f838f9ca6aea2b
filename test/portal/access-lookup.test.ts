import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccessLookup } from '../../src/portal/auth/access-lookup.ts';
import { newToken } from '../../src/portal/ids.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startTestPortal, type TestPortal, type TestSession, testPassword } from './support.ts';

let database: TestDatabase;
let portal: TestPortal;
let sessions: TestSession[];
const emails = ['ana', 'luis', 'eva'].map((name) => `${name}@condor.example`);

beforeAll(async () => {
  database = await createTestDatabase();
  portal = await startTestPortal({ database: database.url });
  await portal.company(
    'Estructuras Cóndor',
    emails.map((email) => ({ email, role: 'administrator', password: testPassword })),
  );
  sessions = await Promise.all(emails.map((email) => portal.signIn(email, testPassword)));
});
afterAll(async () => {
  await portal.close();
  await database.drop();
});

test('requests of the same moment share a statement after that of the first, and each gets its own answer', async () => {
  const { queries } = portal.services.database;
  let statements = 0;
  const counting = new Proxy(queries, {
    get(target, property, receiver) {
      if (property === '_') statements += 1;
      return Reflect.get(target, property, receiver);
    },
  });
  const lookup = createAccessLookup({ queries: counting });
  const tokens = sessions.map(({ accessToken }) => accessToken);
  const unknown = newToken();
  const found = await Promise.all([unknown, ...tokens, ...tokens].map((token) => lookup(token)));
  expect(found.map((row) => row?.email)).toEqual([undefined, ...emails, ...emails]);
  expect(statements).toBe(2);
});

test('what ended since is not known from before', async () => {
  const session = await portal.signIn(emails[0] ?? '', testPassword);
  const { accessToken } = session;
  expect(await portal.services.access(accessToken)).toMatchObject({ email: emails[0], ended: false });
  await session.client.sessions.end({ id: session.profile.sessionId });
  expect(await portal.services.access(accessToken)).not.toMatchObject({ ended: false });
});
