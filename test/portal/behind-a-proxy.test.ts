import { afterEach, describe, expect, test } from 'vitest';
import { audit, guess, rateLimit } from '../../src/portal/db/schema.ts';
import { limitRules } from '../../src/portal/limits.ts';
import {
  createProof,
  createRefreshToken,
  createTestDevice,
  startTestPortal,
  type TestPortal,
  testPassword,
} from './support.ts';

const ana = 'ana@condor.example';
const publicUrl = 'https://licencias.example/aldaba';
let portal: TestPortal;
afterEach(() => portal.close());

/** Signs in at the portal's own address as a proxy would hand it on. */
async function signIn(options: { htu: string; forwarded?: string; password?: string }) {
  const device = createTestDevice();
  const response = await fetch(`${portal.portal.address}/v1/sessions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      dpop: createProof(device, { method: 'POST', url: options.htu, at: portal.clock.now() }),
      ...(options.forwarded === undefined ? {} : { 'x-forwarded-for': options.forwarded }),
    },
    body: JSON.stringify({
      email: ana,
      password: options.password ?? testPassword,
      device: device.description,
      nextTokenHash: createRefreshToken().hash,
    }),
  });
  return {
    status: response.status,
    headers: response.headers,
    code: ((await response.json()) as { code?: string }).code,
  };
}

async function start(settings: Parameters<typeof startTestPortal>[0]): Promise<void> {
  portal = await startTestPortal(settings);
  await portal.company('Estructuras Cóndor', [{ email: ana, role: 'administrator', password: testPassword }]);
}

describe('with a public address', () => {
  test('proofs are of that address, links lead to it, and browsers stay with https', async () => {
    await start({ settings: { publicUrl: 'https://LICENCIAS.example:443/aldaba/' } });
    expect(portal.url).toBe(publicUrl);
    expect(await signIn({ htu: `${publicUrl}/v1/sessions` })).toMatchObject({ status: 200 });
    expect(await signIn({ htu: `${portal.portal.address}/v1/sessions` })).toMatchObject({
      code: 'proof-invalid',
    });
    expect((await signIn({ htu: publicUrl })).headers.get('strict-transport-security')).toContain(
      'max-age=63072000',
    );
    await fetch(`${portal.portal.address}/v1/passwords/links`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: ana }),
    });
    const mail = await portal.nextMail(ana);
    expect(mail.text).toContain(`${publicUrl}/set-password?lang=es#token=`);
    expect(mail.messageId).toMatch(/@licencias\.example>$/);
  });

  test('the outbox is not for those who come by it', async () => {
    await start({ settings: { publicUrl, outboxPage: true } });
    expect((await fetch(`${portal.portal.address}/outbox.json`)).status).toBe(404);
  });
});

describe('who the caller is', () => {
  const addresses = async () => {
    const { queries } = portal.services.database;
    const counted = await queries.select().from(guess);
    const written = await queries.select().from(audit);
    return {
      counted: counted.map(({ key }) => key).filter((key) => key.startsWith('address:')),
      written: [...new Set(written.map(({ address }) => address))],
    };
  };

  test('is who connects, whatever a header says', async () => {
    await start({});
    await signIn({ htu: `${portal.url}/v1/sessions`, forwarded: '203.0.113.7' });
    await signIn({ htu: `${portal.url}/v1/sessions`, forwarded: '203.0.113.8', password: 'no es esta' });
    expect(await addresses()).toEqual({ counted: ['address:127.0.0.1'], written: ['127.0.0.1'] });
  });

  test('is who a trusted proxy says, and only as far as proxies are trusted', async () => {
    await start({ settings: { trustedProxies: ['127.0.0.1'] } });
    await signIn({ htu: `${portal.url}/v1/sessions`, forwarded: '198.51.100.9, 203.0.113.7' });
    expect(await addresses()).toEqual({ counted: ['address:203.0.113.7'], written: ['203.0.113.7'] });
  });

  test('is one subscriber with all addresses of an IPv6 network, which the audit tells apart', async () => {
    await start({ settings: { trustedProxies: ['127.0.0.1'] } });
    const forwarded = ['2001:db8:1:2::7', '2001:db8:1:2:ffff:0:0:8'];
    for (const from of forwarded) await signIn({ htu: `${portal.url}/v1/sessions`, forwarded: from });
    expect(await addresses()).toEqual({ counted: ['address:2001:db8:1:2::/64'], written: forwarded });
  });
});

test('a limit that is reached says when to come back, in the header as well', async () => {
  await start({});
  const ask = () =>
    fetch(`${portal.url}/v1/passwords/links/read`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: 'A'.repeat(43) }),
    });
  await portal.services.database.queries.insert(rateLimit).values({
    key: 'link-use:127.0.0.1',
    points: limitRules['link-use'].points,
    expire: new Date(Date.now() + 30_000),
  });
  const response = await ask();
  const { code, data } = (await response.json()) as { code: string; data: { retryAfter: number } };
  expect([response.status, code]).toEqual([429, 'too-many-requests']);
  expect(data.retryAfter).toBeGreaterThan(20);
  expect(response.headers.get('retry-after')).toBe(String(data.retryAfter));
});
