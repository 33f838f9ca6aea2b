import { describe, expect, test } from 'vitest';
import {
  borrow,
  day,
  facts,
  follows,
  lease,
  license,
  minute,
  pass,
  second,
  start,
  unreachable,
} from '../../test/fakes/license-facts.ts';
import type { LicenseFacts, PortalAnswer } from './license-facts.ts';
import { licenseStanding } from './license-state.ts';
import { leaseTimes } from './license-timeline.ts';

describe('a lease (cloud key, floating seat), to the second', () => {
  const runOn = 3600 * second;
  const countdown = runOn + 900 * second;
  test('link lost: quiet badge at once, run-on to 60 min after the last renewal, 15 min countdown, read-only', () => {
    for (const mode of ['cloud-key', 'cloud-signin'] as const) {
      follows({ mode, right: lease(), answer: unreachable }, [
        [0, 'active', 'full', 'lease-valid', ['offline@4500']],
        [20 * minute - second, 'active', 'full', 'lease-valid', ['offline@4500']],
        [20 * minute, 'run-on', 'full', 'lease-over', ['run-on@3600', 'offline@4500']],
        [runOn - second, 'run-on', 'full', 'lease-over', ['run-on@3600', 'offline@4500']],
        [runOn, 'run-on', 'full', 'run-on-over', ['countdown@4500', 'offline@4500']],
        [countdown - second, 'run-on', 'full', 'run-on-over', ['countdown@4500', 'offline@4500']],
        [countdown, 'read-only', 'read-only', 'countdown-over', []],
        [countdown + 365 * day, 'read-only', 'read-only', 'countdown-over', []],
      ]);
    }
  });
  test('reachable: nothing to say while it is valid', () => {
    follows({ right: lease() }, [[0, 'active', 'full', 'lease-valid', []]]);
    follows({ right: lease(), answer: { kind: 'asking' } }, [
      [5 * minute, 'renewing', 'full', 'renewal-asked', []],
    ]);
  });
  test('asking again after a failure does not bring the network back', () => {
    const answer: PortalAnswer = { kind: 'asking', failed: 'network-offline' };
    follows({ right: lease(), answer }, [
      [300 * second, 'renewing', 'full', 'renewal-asked', ['offline@4500']],
      [20 * minute, 'run-on', 'full', 'lease-over', ['run-on@3600', 'offline@4500']],
    ]);
    expect(licenseStanding(facts({ right: lease(), answer, now: start + runOn })).reason).toBe(
      'network-offline',
    );
  });
  test('until and the next check name the instants', () => {
    const standing = licenseStanding(facts({ right: lease() }));
    expect(standing.until).toBe(start + countdown);
    expect(standing.nextCheckAt).toBe(start + 20 * minute);
  });
  test('the reason is what stands in the way', () => {
    const at = (change: Partial<LicenseFacts>) =>
      licenseStanding(facts({ right: lease(), now: start + runOn, ...change })).reason;
    expect(at({ answer: unreachable })).toBe('network-offline');
    expect(at({ identity: false })).toBe('not-signed-in');
    expect(at({})).toBeNull();
    expect(at({ now: start + countdown })).toBe('read-only');
  });
  test('a term longer than the run-on is kept', () => {
    const claims = { iat: 0, exp: 7200, runOn: 3600, countdown: 900 };
    expect(leaseTimes(claims)).toEqual({ ends: 7_200_000, runOnEnds: 7_200_000, countdownEnds: 8_100_000 });
  });
});

test('a named seat: 30 days with no network, warned on day 23 and on each of the last 3, then read-only', () => {
  follows({ right: pass(), answer: unreachable }, [
    [0, 'active', 'full', 'pass-valid', []],
    [23 * day - second, 'active', 'full', 'pass-valid', []],
    [23 * day, 'expiring', 'full', 'pass-ending', ['pass-ends@2592000 7d']],
    [27 * day - second, 'expiring', 'full', 'pass-ending', ['pass-ends@2592000 7d']],
    [27 * day, 'expiring', 'full', 'pass-ending', ['pass-ends@2592000 3d']],
    [28 * day, 'expiring', 'full', 'pass-ending', ['pass-ends@2592000 2d']],
    [29 * day, 'expiring', 'full', 'pass-ending', ['pass-ends@2592000 1d']],
    [30 * day - second, 'expiring', 'full', 'pass-ending', ['pass-ends@2592000 1d']],
    [30 * day, 'read-only', 'read-only', 'pass-over', []],
  ]);
  follows({ right: pass(), answer: { kind: 'asking' } }, [[day, 'renewing', 'full', 'renewal-asked', []]]);
});

describe('the session ended, for no reason that takes the right', () => {
  const lost = { identity: false, identityLostAt: start + 5 * minute, answer: { kind: 'none' } } as const;
  const reason = (change: Partial<LicenseFacts>) => licenseStanding(facts({ ...lost, ...change })).reason;

  test('a lease goes on by its own times, and says why afterwards', () => {
    follows({ ...lost, right: lease() }, [
      [5 * minute, 'active', 'full', 'lease-valid', []],
      [20 * minute, 'run-on', 'full', 'lease-over', ['run-on@3600']],
      [60 * minute, 'run-on', 'full', 'run-on-over', ['countdown@4500']],
      [75 * minute, 'read-only', 'read-only', 'countdown-over', []],
    ]);
    for (const after of [20, 60, 75])
      expect(reason({ right: lease(), now: start + after * minute })).toBe('session-ended');
  });

  test('a pass goes on as long, counted from when it was heard', () => {
    follows({ ...lost, right: pass() }, [
      [5 * minute, 'run-on', 'full', 'session-over', ['run-on@3900']],
      [65 * minute - 1, 'run-on', 'full', 'session-over', ['run-on@3900']],
      [65 * minute, 'run-on', 'full', 'run-on-over', ['countdown@4800']],
      [80 * minute - 1, 'run-on', 'full', 'run-on-over', ['countdown@4800']],
      [80 * minute, 'read-only', 'read-only', 'countdown-over', []],
    ]);
    const standing = licenseStanding(facts({ ...lost, right: pass(), now: start + 5 * minute }));
    expect(standing).toMatchObject({
      reason: 'session-ended',
      until: start + 80 * minute,
      nextCheckAt: start + 65 * minute,
    });
  });

  test('never beyond the pass’s own end', () => {
    const late = { ...lost, identityLostAt: start + 30 * day - 30 * minute };
    follows({ ...late, right: pass() }, [
      [30 * day - second, 'expiring', 'full', 'pass-ending', ['pass-ends@2592000 1d']],
      [30 * day, 'read-only', 'read-only', 'pass-over', []],
    ]);
  });

  test('signed in again, nothing of it counts; what is borrowed runs to its end', () => {
    follows({ ...lost, identity: true, right: pass() }, [[day, 'active', 'full', 'pass-valid', []]]);
    follows({ ...lost, right: borrow() }, [[2 * day, 'borrowed', 'full', 'borrow-valid', []]]);
    expect(reason({ right: null })).toBe('session-ended');
  });
});

test('a borrowed lease: to its end, warned 3 and 1 days before, whatever the network', () => {
  for (const answer of [unreachable, { kind: 'granted' }, { kind: 'asking' }] as const) {
    follows({ right: borrow(), answer }, [
      [0, 'borrowed', 'full', 'borrow-valid', []],
      [4 * day, 'borrowed', 'full', 'borrow-valid', ['expires@604800 3d']],
      [6 * day, 'borrowed', 'full', 'borrow-valid', ['expires@604800 1d']],
      [7 * day - second, 'borrowed', 'full', 'borrow-valid', ['expires@604800 1d']],
      [7 * day, 'read-only', 'read-only', 'borrow-over', []],
    ]);
  }
});

describe('standalone', () => {
  const end = 365 * 86_400;
  test('warned 30, 14, 7, 3 and 1 days before, 14 days of grace in full, then read-only; the network has no say', () => {
    for (const answer of [unreachable, { kind: 'none' }] as const) {
      follows({ mode: 'standalone', identity: false, right: license(365), answer }, [
        [0, 'active', 'full', 'license-valid', []],
        [335 * day - second, 'active', 'full', 'license-valid', []],
        [335 * day, 'expiring', 'full', 'license-ending', [`expires@${end} 30d`]],
        [351 * day, 'expiring', 'full', 'license-ending', [`expires@${end} 14d`]],
        [358 * day, 'expiring', 'full', 'license-ending', [`expires@${end} 7d`]],
        [362 * day, 'expiring', 'full', 'license-ending', [`expires@${end} 3d`]],
        [364 * day, 'expiring', 'full', 'license-ending', [`expires@${end} 1d`]],
        [365 * day - second, 'expiring', 'full', 'license-ending', [`expires@${end} 1d`]],
        [365 * day, 'expiring', 'full', 'license-over', [`grace@${end + 14 * 86_400}`]],
        [379 * day - second, 'expiring', 'full', 'license-over', [`grace@${end + 14 * 86_400}`]],
        [379 * day, 'read-only', 'read-only', 'grace-over', []],
      ]);
    }
  });
  test('perpetual: never anything by time', () => {
    const standing = licenseStanding(
      facts({ mode: 'standalone', right: license(null), now: start + 36_500 * day }),
    );
    expect(standing).toMatchObject({ state: 'active', permit: 'full', until: null, nextCheckAt: null });
  });
  test('device drift works for 14 days, then read-only; a mismatch is read-only at once', () => {
    const right = license(null);
    const until = start + 14 * day;
    follows({ mode: 'standalone', right, device: { verdict: 'drift', until } }, [
      [0, 'device-drift', 'full', 'device-drifted', ['device@1209600']],
      [14 * day - second, 'device-drift', 'full', 'device-drifted', ['device@1209600']],
      [14 * day, 'read-only', 'read-only', 'rebind-missed', []],
    ]);
    follows({ mode: 'standalone', right, device: { verdict: 'mismatch' } }, [
      [0, 'read-only', 'read-only', 'device-mismatched', []],
    ]);
  });
  test('cloud rights are bound by the device key alone: components do not matter', () => {
    follows({ right: lease(), device: { verdict: 'mismatch' } }, [[0, 'active', 'full', 'lease-valid', []]]);
  });
});
