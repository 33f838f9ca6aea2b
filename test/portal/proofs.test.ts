import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
  portal = await startTestPortal({ database: database.url });
  await portal.company('Estructuras Cóndor', [
    { email: 'luis@condor.example', role: 'license-installer', password: testPassword },
  ]);
});
afterAll(async () => {
  await portal.close();
  await database.drop();
});

describe('proofs over HTTP', () => {
  const profile = async (session: Awaited<ReturnType<TestPortal['signIn']>>, proof: string | null) => {
    const headers = {
      authorization: `DPoP ${session.accessToken}`,
      ...(proof === null ? {} : { dpop: proof }),
    };
    const response = await fetch(`${portal.url}/v1/profile`, { headers });
    return [
      response.status,
      ((await response.json()) as { code?: string }).code,
      response.headers.get('www-authenticate'),
    ];
  };

  test('are checked against method, address, time, token and key of the request', async () => {
    const session = await portal.signIn('luis@condor.example', testPassword);
    const request = {
      method: 'GET',
      url: `${portal.url}/v1/profile`,
      at: portal.clock.now(),
      accessToken: session.accessToken,
    };
    const good = createProof(session.device, request);
    expect(await profile(session, good)).toEqual([200, undefined, null]);
    const refusal = [401, 'proof-invalid', 'DPoP algs="EdDSA"'];
    const wrong = {
      'used before': good,
      missing: null,
      'another key': createProof(createTestDevice(), request),
      'another method': createProof(session.device, { ...request, method: 'POST' }),
      'another address': createProof(session.device, { ...request, url: `${portal.url}/v1/sessions` }),
      'another host': createProof(session.device, { ...request, url: 'http://portal.example/v1/profile' }),
      'an hour ago': createProof(session.device, { ...request, at: request.at - 3_600_000 }),
      'without the token': createProof(session.device, { ...request, accessToken: undefined }),
      'with another token': createProof(session.device, {
        ...request,
        accessToken: createRefreshToken().token,
      }),
    };
    for (const [name, proof] of Object.entries(wrong))
      expect([name, await profile(session, proof)]).toEqual([name, refusal]);
  });

  test('may name this machine as people do', async () => {
    const session = await portal.signIn('luis@condor.example', testPassword);
    const url = `${portal.url.replace('127.0.0.1', 'localhost')}/v1/profile`;
    const proof = createProof(session.device, {
      method: 'GET',
      url,
      at: portal.clock.now(),
      accessToken: session.accessToken,
    });
    expect((await profile(session, proof))[0]).toBe(200);
  });
});
