import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  createProof,
  createRefreshToken,
  createTestDevice,
  startTestPortal,
  type TestPortal,
  testPassword,
} from './support.ts';

let database: TestDatabase;
let portal: TestPortal;
beforeAll(async () => {
  database = await createTestDatabase();
  portal = await startTestPortal({ database: database.url, logLevel: 'trace' });
});
afterAll(async () => {
  await portal.close();
  await database.drop();
});

test('a whole run of sign-ins, refusals, links and faults leaves no secret in the log', async () => {
  const secrets: string[] = [testPassword, 'la clave equivocada de ana', 'una nueva clave muy larga'];
  const ana = 'ana@condor.example';
  await portal.company('Estructuras Cóndor', [{ email: ana, role: 'administrator', password: testPassword }]);

  const session = await portal.signIn(ana, testPassword);
  secrets.push(session.accessToken, session.refreshToken);
  await session.client.sessions.list();
  const rotated = createRefreshToken();
  const client = portal.client(session.device);
  const refreshed = await client.sessions.refresh({
    refreshToken: session.refreshToken,
    nextTokenHash: rotated.hash,
  });
  secrets.push(rotated.token, refreshed.access.accessToken);
  await session.client.sessions.confirmPassword({ password: testPassword });
  await expect(portal.signIn(ana, 'la clave equivocada de ana')).rejects.toThrow();

  // A proof, a key and tokens that are refused.
  const device = createTestDevice();
  const url = `${portal.url}/v1/profile`;
  const proof = createProof(device, { method: 'GET', url, at: portal.clock.now() });
  secrets.push(proof);
  await fetch(`${url}?access_token=${session.accessToken}`, {
    headers: { dpop: proof, authorization: `DPoP ${session.accessToken}`, cookie: 'session=galleta-secreta' },
  });
  secrets.push('galleta-secreta');
  await expect(
    client.sessions.withKey({ key: 'ALD-AAAAA-BBBBB-CCCCC-DDDDD', device: session.device.description }),
  ).rejects.toThrow();
  secrets.push('ALD-AAAAA-BBBBB-CCCCC-DDDDD');

  // A link, in its address as well.
  await portal.client().passwords.requestLink({ email: ana });
  const token = portal.tokenIn(await portal.nextMail(ana));
  secrets.push(token);
  await portal.client().passwords.readLink({ token });
  await fetch(`${portal.url}/set-password?token=${token}`);
  await fetch(`${portal.url}/files/${token}/x`);
  await fetch(`${portal.url}/v1/${token}`);
  await portal.client().passwords.set({ token, password: 'una nueva clave muy larga' });

  // A fault of the database: its driver quotes what it was asked with.
  const hashes = portal.services.database.queries;
  const broken = await portal.signIn(ana, 'una nueva clave muy larga');
  secrets.push(broken.accessToken, broken.refreshToken);
  await hashes.execute('alter table access_token rename to access_token_gone');
  await expect(broken.client.sessions.list()).rejects.toMatchObject({ code: 'internal' });
  await expect(
    portal
      .client(broken.device)
      .sessions.refresh({ refreshToken: broken.refreshToken, nextTokenHash: createRefreshToken().hash }),
  ).rejects.toMatchObject({ code: 'internal' });
  await hashes.execute('alter table access_token_gone rename to access_token');

  await portal.close();
  const log = portal.logLines.join('');
  expect(portal.logLines.length).toBeGreaterThan(20);
  expect(log).toContain('sessions.signIn');
  expect(log).toContain('request failed');
  for (const secret of secrets) expect(log).not.toContain(secret);
  // Neither hashes of passwords and tokens, nor the whole of a proof.
  expect(log).not.toMatch(/\$argon2id|eyJ0eXAi/);
  for (const line of portal.logLines) expect(() => JSON.parse(line)).not.toThrow();
});
