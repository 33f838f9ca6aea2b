import { describe, expect, test } from 'vitest';
import {
  borrow,
  day,
  facts,
  follows,
  lease,
  license,
  pass,
  second,
  start,
  unreachable,
} from '../../test/fakes/license-facts.ts';
import { sessionEndReasons } from '../contract/errors.ts';
import type { LicenseFacts, PortalAnswer } from './license-facts.ts';
import { afterSessionEnd, licenseStanding, rightServesMode } from './license-state.ts';

test('only who may still be the same person runs on when a session ends', () => {
  const runsOn = [undefined, ...sessionEndReasons].filter((reason) => afterSessionEnd(reason) === 'run-on');
  expect(runsOn).toEqual([undefined, 'ended', 'password-set', 'idle', 'expired']);
});

describe('a clock set back', () => {
  test('a little: said, nothing else', () => {
    follows({ right: lease(), clock: { verdict: 'warned' } }, [
      [0, 'active', 'full', 'lease-valid', ['clock']],
    ]);
  });
  test('a lot: full until the one contact is due, then read-only', () => {
    const clock = { verdict: 'suspect', until: start + 3 * day } as const;
    follows({ mode: 'standalone', right: license(365), clock }, [
      [0, 'clock-suspect', 'full', 'clock-back', ['clock@259200']],
      [3 * day - second, 'clock-suspect', 'full', 'clock-back', ['clock@259200']],
      [3 * day, 'read-only', 'read-only', 'clock-contact-missed', []],
    ]);
  });
  test('never lengthens what is over', () => {
    const clock = { verdict: 'suspect', until: start + 3 * day } as const;
    follows({ right: lease(), clock, answer: unreachable }, [
      [4500 * second, 'read-only', 'read-only', 'countdown-over', []],
    ]);
  });
});

describe('with nothing held', () => {
  const none = (change: Partial<LicenseFacts>) => {
    const standing = licenseStanding(facts({ answer: { kind: 'none' }, ...change }));
    return [standing.state, standing.permit, standing.cause, standing.reason];
  };
  test('each way to have nothing is its own state', () => {
    expect(none({ mode: null })).toEqual(['unconfigured', 'none', 'no-mode', 'not-configured']);
    expect(none({ mode: 'standalone' })).toEqual([
      'needs-identity',
      'none',
      'no-license-installed',
      'not-licensed',
    ]);
    expect(none({ identity: false })).toEqual(['needs-identity', 'none', 'no-identity', 'not-signed-in']);
    expect(none({})).toEqual(['released', 'none', 'nothing-held', null]);
    expect(none({ answer: { kind: 'asking' } })).toEqual(['acquiring', 'none', 'asked-portal', null]);
    expect(none({ answer: unreachable })).toEqual([
      'acquiring',
      'none',
      'portal-unreachable',
      'network-offline',
    ]);
    expect(none({ answer: { kind: 'queued', code: 'no-seat-free' } })).toEqual([
      'queued',
      'none',
      'no-seat-free',
      'no-seat-free',
    ]);
    expect(none({ answer: { kind: 'refused', code: 'no-seat-assigned' } })).toEqual([
      'revoked',
      'none',
      'portal-refused',
      'no-seat-assigned',
    ]);
    expect(none({ answer: { kind: 'ended', code: 'lease-reclaimed' } })).toEqual([
      'revoked',
      'none',
      'right-ended',
      'lease-reclaimed',
    ]);
    expect(none({ answer: { kind: 'released' } })).toEqual(['released', 'none', 'given-back', null]);
  });
  test('a program that already runs may open and save in every one of them', () => {
    for (const change of [{ mode: null }, { mode: 'standalone' }, { identity: false }, {}] as const) {
      expect(licenseStanding(facts({ ...change, held: true })).permit).toBe('read-only');
    }
  });
  test('a right of the other mode does not count', () => {
    expect(none({ mode: 'standalone', right: lease() })[0]).toBe('needs-identity');
    expect(none({ mode: 'cloud-key', right: license(null) })[0]).toBe('released');
    expect(rightServesMode('lease', null)).toBe(false);
  });
});

describe('what the portal says against a held right', () => {
  test('taken: revoked, the program may open and save', () => {
    for (const right of [lease(), pass(), borrow()]) {
      const standing = licenseStanding(facts({ right, answer: { kind: 'ended', code: 'lease-reclaimed' } }));
      expect(standing).toMatchObject({
        state: 'revoked',
        permit: 'read-only',
        reason: 'lease-reclaimed',
        until: null,
      });
    }
  });
  test('lost and no seat free: queued', () => {
    const standing = licenseStanding(
      facts({ right: null, held: true, answer: { kind: 'queued', code: 'no-seat-free' } }),
    );
    expect(standing).toMatchObject({ state: 'queued', permit: 'read-only', reason: 'no-seat-free' });
  });
  test('no seat free for another program takes nothing that still runs', () => {
    follows({ right: lease(), answer: { kind: 'queued', code: 'no-seat-free' } }, [
      [0, 'active', 'full', 'lease-valid', []],
      [4500 * second, 'queued', 'read-only', 'no-seat-free', []],
    ]);
  });
  test('a refusal takes nothing that still runs, and names itself afterwards', () => {
    const answer: PortalAnswer = { kind: 'refused', code: 'version-not-covered' };
    follows({ right: lease(), answer }, [
      [0, 'active', 'full', 'lease-valid', []],
      [4500 * second, 'revoked', 'read-only', 'portal-refused', []],
    ]);
  });
});
