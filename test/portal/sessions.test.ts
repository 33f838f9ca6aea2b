import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startTestPortal, type TestPortal, testPassword } from './support.ts';

let database: TestDatabase;
let portal: TestPortal;
beforeAll(async () => {
  database = await createTestDatabase();
  portal = await startTestPortal({ database: database.url });
});
afterAll(async () => {
  await portal.close();
  await database.drop();
});

test('A3: signs in with the registered email', async () => {
  await portal.company('Estructuras Cóndor', [
    { email: 'ana@condor.example', role: 'administrator', password: testPassword },
  ]);
  const ana = await portal.signIn('Ana@Condor.example ', testPassword);
  expect(ana.profile.membership.account.name).toBe('Estructuras Cóndor');
  const { sessions } = await ana.client.sessions.list();
  expect(sessions).toMatchObject([{ current: true, deviceName: 'CONDOR-PC-07' }]);
});
