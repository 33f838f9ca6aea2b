import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyLicense } from '../../examples/typescript/verify.ts';
import { type ClaimsOf, signDocument } from '../../src/domain/documents/index.ts';
import {
  certify,
  createSigner,
  createTestTrust,
  documentCrypto,
  issuedAt,
  leaseClaims,
  licenseClaims,
} from '../support/documents.ts';
import { describeUnless } from '../support/skip.ts';
import { missing } from './broker-support/example-commands.ts';

/** What a program is shown, and whether it may compute with it. */
interface Case {
  name: string;
  document: string;
  rootKey: string;
  product: string;
  version: string;
  device: string;
  now: number;
  ok: boolean;
}

const support = join(import.meta.dirname, 'broker-support');
let cases: Case[];
beforeAll(async () => {
  cases = await makeCases();
});

async function makeCases(): Promise<Case[]> {
  const { root, signer, chain, rootKeys } = await createTestTrust();
  const device = createSigner();
  const base = {
    rootKey: rootKeys[0] ?? '',
    product: 'viga',
    version: '2026.1',
    device: device.thumbprint,
    now: issuedAt,
  };
  const sign = { signer, chain, crypto: documentCrypto };
  const lease = (change: Partial<ClaimsOf<'lease'>> = {}, how = sign) =>
    signDocument({ kind: 'lease', claims: leaseClaims(device.thumbprint, change), ...how });
  const license = (change: Partial<ClaimsOf<'license'>> = {}) =>
    signDocument({ kind: 'license', claims: licenseClaims(device.thumbprint, change), ...sign });
  const {
    seatKind: _seatKind,
    runOn: _runOn,
    countdown: _countdown,
    ...passClaims
  } = leaseClaims(device.thumbprint, { exp: issuedAt + 30 * 86_400 });
  const good = await lease();
  const perpetual = { ...licenseClaims(device.thumbprint) };
  delete perpetual.exp;
  const other = await createTestTrust();
  const middle = createSigner();
  const leaf = createSigner();
  const long = [await certify(middle, leaf), await certify(root, middle, { use: ['certificate'] })];
  const unauthorized = [await certify(middle, leaf), await certify(root, middle)];
  const [header = '', payload = '', signature = ''] = good.split('.');
  const forged = (change: object) => {
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...change };
    return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
  };
  const head = (change: object) => {
    const members = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), ...change };
    return [Buffer.from(JSON.stringify(members)).toString('base64url'), payload, signature].join('.');
  };
  const at = (name: string, document: string, ok: boolean, change: Partial<Case> = {}): Case => ({
    name,
    document,
    ok,
    ...base,
    ...change,
  });
  return [
    at('a lease', good, true),
    at('a lease in its run-on', good, true, { now: issuedAt + 3599 }),
    at('a lease in the last second of its countdown', good, true, { now: issuedAt + 4499 }),
    at('a lease after its countdown', good, false, { now: issuedAt + 4500 }),
    at('a slow clock', good, true, { now: issuedAt - 7200 }),
    at('a clock set back', good, false, { now: issuedAt - 7201 }),
    at('another product', good, false, { product: 'portico' }),
    at('another device', good, false, { device: createSigner().thumbprint }),
    at('another root', good, false, { rootKey: other.rootKeys[0] ?? '' }),
    at('a root key that is none', good, false, { rootKey: 'A'.repeat(43) }),
    at('a version in the range', await lease({ versions: { from: '2026', to: '2026' } }), true, {
      version: '2026.9.1',
    }),
    at('a version before it', await lease({ versions: { from: '2026.2' } }), false),
    at('a version after it', await lease({ versions: { to: '2026.1' } }), false, { version: '2026.10' }),
    at('a pass', await signDocument({ kind: 'offline-pass', claims: passClaims, ...sign }), true, {
      now: issuedAt + 2_591_999,
    }),
    at('a pass on day 30', await signDocument({ kind: 'offline-pass', claims: passClaims, ...sign }), false, {
      now: issuedAt + 2_592_000,
    }),
    at('a license', await license(), true),
    at('a license in its grace days', await license({ exp: issuedAt + 10 }), true, {
      now: issuedAt + 9 + 14 * 86_400,
    }),
    at('a license after its grace days', await license({ exp: issuedAt + 10 }), false, {
      now: issuedAt + 10 + 14 * 86_400,
    }),
    at(
      'a perpetual license, long after its key',
      await signDocument({ kind: 'license', claims: perpetual, ...sign }),
      true,
      { now: issuedAt + 40 * 365 * 86_400 },
    ),
    at('a longer chain', await lease({}, { ...sign, signer: leaf, chain: long }), true),
    at(
      'certified by a key that may not certify',
      await lease({}, { ...sign, signer: leaf, chain: unauthorized }),
      false,
    ),
    at(
      'a chain in the wrong order',
      await lease({}, { ...sign, signer: leaf, chain: long.toReversed() }),
      false,
    ),
    at(
      'a key for licenses only',
      await lease({}, { ...sign, chain: [await certify(root, signer, { use: ['license'] })] }),
      false,
    ),
    at(
      'a key whose year is over',
      await lease({}, { ...sign, chain: [await certify(root, signer, { exp: issuedAt })] }),
      false,
    ),
    at('a lease that outlives its key', await lease({ exp: issuedAt + 366 * 86_400 }), false),
    at('claims changed', forged({ exp: issuedAt + 9_999_999 }), false),
    at('product changed', forged({ aud: 'portico' }), false, { product: 'portico' }),
    at('signed with nothing', head({ alg: 'none' }), false),
    at('another type', head({ typ: 'JWT' }), false),
    at('no chain', head({ chain: [] }), false),
    at(
      'a bit of the signature',
      `${good.slice(0, -10)}${good.at(-10) === 'A' ? 'B' : 'A'}${good.slice(-9)}`,
      false,
    ),
    at('signed by the device itself', await lease({}, { ...sign, signer: device }), false),
    at('cut', good.slice(0, 200), false),
    at('words', 'no license at all', false),
    at('nothing but dots', '..', false),
  ];
}

const lineOf = ({ document, rootKey, product, version, device, now }: Case) =>
  [document, rootKey, product, version, device, now].join('\t');

async function judge(command: string, options: readonly string[]): Promise<void> {
  const child = spawn(command, options, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(`${cases.map(lineOf).join('\n')}\n`);
  const verdicts = (await text(child.stdout)).trimEnd().split('\n');
  const said = cases.map(({ name }, index) => [name, verdicts[index]?.startsWith('ok') ?? null]);
  expect(said).toEqual(cases.map(({ name, ok }) => [name, ok]));
}

describe('the examples verify alike', () => {
  test('TypeScript', () => {
    const said = cases.map(({ name, document, now, ...expected }) => {
      try {
        verifyLicense(document, { ...expected, now: now * 1000 });
        return [name, true];
      } catch {
        return [name, false];
      }
    });
    expect(said).toEqual(cases.map(({ name, ok }) => [name, ok]));
  });
});

describeUnless(missing.python, 'the example in Python verifies alike', () => {
  test('with what is installed', () => judge('python3', [join(support, 'verify-cases.py')]));
  test('with the standard library alone', () =>
    judge('python3', [join(support, 'verify-cases.py'), '--pure']));
});

describeUnless(missing.cpp, 'the example in C++ verifies alike', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aldaba-verify-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  test('with OpenSSL, and without reading outside of what it was given', async () => {
    const program = join(folder, 'verify-cases');
    const checked = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
    await promisify(execFile)('g++', [
      '-std=c++17',
      '-O1',
      ...checked,
      join(support, 'verify-cases.cpp'),
      '-o',
      program,
      '-lcrypto',
    ]);
    await judge(program, []);
  });
});
