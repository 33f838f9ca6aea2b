import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AldabaError } from '../../contract/errors.ts';
import { accessTokenHash, createProofVerifier, normalizeUrl } from './proof.ts';
import { thumbprint } from './thumbprint.ts';

const now = Date.UTC(2026, 2, 2, 8);
const url = 'https://licencias.example/v1/leases';

const pair = generateKeyPairSync('ed25519');
const { x = '' } = pair.publicKey.export({ format: 'jwk' });
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

let made = 0;
function proof(change: { header?: object; claims?: object; key?: typeof pair.privateKey } = {}): string {
  made += 1;
  const header = { typ: 'dpop+jwt', alg: 'EdDSA', jwk: { kty: 'OKP', crv: 'Ed25519', x }, ...change.header };
  const claims = {
    jti: `proof-${made}-of-this-test`,
    htm: 'POST',
    htu: url,
    iat: now / 1000,
    ...change.claims,
  };
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${sign(null, Buffer.from(input), change.key ?? pair.privateKey).toString('base64url')}`;
}

const target = { method: 'POST', urls: [url] };
const verifier = () => createProofVerifier({ now: () => now });

async function refusal(verified: Promise<unknown>): Promise<string> {
  try {
    await verified;
  } catch (error) {
    if (error instanceof AldabaError && error.code === 'proof-invalid') return error.message;
    throw error;
  }
  return 'accepted';
}

test('accepts a proof of the request and names its key', async () => {
  expect(await verifier().verify(proof(), target)).toEqual({ key: x, thumbprint: thumbprint(x) });
});

test('the thumbprint is that of RFC 8037, A.3', () => {
  expect(thumbprint('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo')).toBe(
    'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  );
});

describe('refuses', () => {
  const other = generateKeyPairSync('ed25519');
  test.each([
    ['none', undefined, 'no proof'],
    ['nothing', '', 'not a compact JWS'],
    ['words', 'a.b.c', 'header is not JSON'],
    ['a fourth part', `${proof()}.x`, 'not a compact JWS'],
    ['a long one', 'x'.repeat(5000), 'too long'],
    ['another method', proof({ claims: { htm: 'GET' } }), 'method'],
    ['another path', proof({ claims: { htu: 'https://licencias.example/v1/profile' } }), 'address'],
    ['another host', proof({ claims: { htu: 'https://other.example/v1/leases' } }), 'address'],
    ['another scheme', proof({ claims: { htu: 'http://licencias.example/v1/leases' } }), 'address'],
    ['no address', proof({ claims: { htu: 'v1/leases' } }), 'address'],
    ['an older time', proof({ claims: { iat: now / 1000 - 61 } }), 'time'],
    ['a later time', proof({ claims: { iat: now / 1000 + 61 } }), 'time'],
    ['no time', proof({ claims: { iat: 'now' } }), 'claims'],
    ['no id', proof({ claims: { jti: '' } }), 'claims'],
    ['another type', proof({ header: { typ: 'JWT' } }), 'header'],
    ['no algorithm', proof({ header: { alg: 'none' } }), 'header'],
    ['a symmetric algorithm', proof({ header: { alg: 'HS256' } }), 'header'],
    ['another curve', proof({ header: { jwk: { kty: 'OKP', crv: 'X25519', x } } }), 'header'],
    ['a private key in it', proof({ header: { jwk: { kty: 'OKP', crv: 'Ed25519', x, d: x } } }), 'header'],
    ['an extension that must be understood', proof({ header: { crit: ['b64'], b64: true } }), 'header'],
    ['a list of no extensions', proof({ header: { crit: [] } }), 'header'],
    ['another key’s signature', proof({ key: other.privateKey }), 'signature'],
    [
      'an access token it was not made with',
      proof({ claims: { ath: accessTokenHash('t') } }),
      'access token',
    ],
  ])('%s', async (_name, given, reason) => {
    expect(await refusal(verifier().verify(given, target))).toContain(reason);
  });

  test('a proof without the access token that comes with it', async () => {
    expect(await refusal(verifier().verify(proof(), { ...target, accessToken: 't' }))).toContain(
      'access token',
    );
    const bound = proof({ claims: { ath: accessTokenHash('t') } });
    expect(await refusal(verifier().verify(bound, { ...target, accessToken: 't' }))).toBe('accepted');
  });

  test('the same proof a second time', async () => {
    const verify = verifier();
    const once = proof();
    await verify.verify(once, target);
    expect(await refusal(verify.verify(once, target))).toContain('used before');
  });

  test('the same proof twice at once', async () => {
    const verify = verifier();
    const once = proof();
    const answers = await Promise.all([1, 2].map(() => refusal(verify.verify(once, target))));
    expect(answers.toSorted()).toEqual(['accepted', 'proof refused: used before']);
  });

  test('a forged proof does not use up the id of a genuine one', async () => {
    const verify = verifier();
    const claims = { jti: 'the-id-of-both-proofs' };
    expect(await refusal(verify.verify(proof({ claims, key: other.privateKey }), target))).toContain(
      'signature',
    );
    expect(await refusal(verify.verify(proof({ claims }), target))).toBe('accepted');
  });
});

test('the time of a proof may be a minute off, either way', async () => {
  for (const off of [-60, 60])
    expect(await refusal(verifier().verify(proof({ claims: { iat: now / 1000 + off } }), target))).toBe(
      'accepted',
    );
});

test('addresses are compared without query, with the default port and letter case normalized', async () => {
  for (const htu of ['https://LICENCIAS.example:443/v1/leases', `${url}?x=1`, `${url}#y`])
    expect(await refusal(verifier().verify(proof({ claims: { htu } }), target))).toBe('accepted');
  expect(normalizeUrl('not an address')).toBe('');
});

test('property: a proof changed anywhere is refused, and nothing but a refusal is thrown', async () => {
  const genuine = proof();
  await fc.assert(
    fc.asyncProperty(fc.nat(genuine.length - 1), fc.constantFrom(...'Aa0_-.='), async (place, character) => {
      fc.pre(genuine[place] !== character);
      const changed = genuine.slice(0, place) + character + genuine.slice(place + 1);
      // The last character of a signature carries bits that no decoder reads.
      fc.pre(place < genuine.length - 1);
      expect(await refusal(verifier().verify(changed, target))).not.toBe('accepted');
    }),
    { numRuns: 500 },
  );
});

test('property: whatever comes instead of a proof is refused as one', async () => {
  const part = fc.oneof(
    fc.string(),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
      expect(await refusal(verifier().verify(parts.join('.'), target))).not.toBe('accepted');
    }),
  );
});

test('property: a signed proof with claims of any form is judged, never a fault', async () => {
  const claims = fc.dictionary(fc.constantFrom('jti', 'htm', 'htu', 'iat', 'ath', 'nonce'), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(claims, async (changes) => {
      await refusal(verifier().verify(proof({ claims: changes }), target));
    }),
  );
});
