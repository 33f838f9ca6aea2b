import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LicenseState, Permit } from '../contract/broker.ts';
import type { BorrowClaims, LeaseClaims, LicenseClaims, PassClaims } from '../contract/documents.ts';
import { type ErrorCode, sessionEndReasons } from '../contract/errors.ts';
import type { Cause, LicenseFacts, LicenseWarning, PortalAnswer, Right } from './license-facts.ts';
import { afterSessionEnd, licenseStanding, rightServesMode } from './license-state.ts';
import { leaseTimes } from './license-timeline.ts';

const second = 1000;
const minute = 60 * second;
const day = 86_400 * second;
/** 2026-03-02T08:00:00Z. */
const start = 1_772_438_400_000;

const common = {
  jti: '0195b0a0-0000-7000-8000-000000000001',
  account: '0195b0a0-0000-7000-8000-000000000002',
  accountName: 'Estructuras Cóndor',
  aud: 'viga',
  productName: 'Viga',
  versions: {},
  features: [],
  cnf: { jkt: 'a'.repeat(43) },
  iat: start / 1000,
  nbf: start / 1000,
  seq: 1,
};
const held = { lease: common.jti, pool: common.account };

function lease(change: Partial<LeaseClaims> = {}): Right {
  const claims = {
    ...common,
    ...held,
    exp: common.iat + 1200,
    seatKind: 'floating' as const,
    runOn: 3600,
    countdown: 900,
    ...change,
  };
  return { kind: 'lease', claims };
}
function pass(days = 30): Right {
  const claims: PassClaims = { ...common, ...held, exp: common.iat + days * 86_400 };
  return { kind: 'offline-pass', claims };
}
function borrow(days = 7): Right {
  const claims: BorrowClaims = { ...common, ...held, exp: common.iat + days * 86_400 };
  return { kind: 'borrow', claims };
}
function license(days: number | null, graceDays = 14): Right {
  const claims: LicenseClaims = {
    ...common,
    ...(days === null ? {} : { exp: common.iat + days * 86_400 }),
    activation: common.jti,
    components: {},
    salt: 'c2FsdHNhbHRzYWx0c2E',
    graceDays,
  };
  return { kind: 'license', claims };
}

function facts(change: Partial<LicenseFacts> = {}): LicenseFacts {
  return {
    now: start,
    mode: 'cloud-signin',
    identity: true,
    identityLostAt: null,
    right: null,
    held: false,
    answer: { kind: 'granted' },
    clock: { verdict: 'ok' },
    device: { verdict: 'match' },
    ...change,
  };
}
const unreachable: PortalAnswer = { kind: 'unreachable', code: 'network-offline' };

type Row = [after: number, state: LicenseState, permit: Permit, cause: Cause, warnings: string[]];

/** `kind@seconds` from the start, with the days before the end where the warning has them. */
const brief = (warnings: readonly LicenseWarning[]) =>
  warnings.map(({ kind, at, daysBefore }) =>
    [kind, at === null ? '' : `@${(at - start) / 1000}`, daysBefore === null ? '' : ` ${daysBefore}d`].join(
      '',
    ),
  );

function follows(change: Partial<LicenseFacts>, rows: Row[]): void {
  for (const [after, state, permit, cause, warnings] of rows) {
    const standing = licenseStanding(facts({ ...change, now: start + after }));
    expect({ after, ...pick(standing), warnings: brief(standing.warnings) }).toEqual({
      after,
      state,
      permit,
      cause,
      warnings,
    });
  }
}
const pick = ({ state, permit, cause }: { state: LicenseState; permit: Permit; cause: Cause }) => ({
  state,
  permit,
  cause,
});

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

test('only who may still be the same person runs on when a session ends', () => {
  const runsOn = [undefined, ...sessionEndReasons].filter((reason) => afterSessionEnd(reason) === 'run-on');
  expect(runsOn).toEqual([undefined, 'ended', 'password-set', 'idle', 'expired']);
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

describe('properties', () => {
  const rank: Record<Permit, number> = { none: 0, 'read-only': 1, full: 2 };
  const right = fc.oneof(
    fc
      .record({
        term: fc.integer({ min: 60, max: 7200 }),
        runOn: fc.integer({ min: 60, max: 7200 }),
        countdown: fc.integer({ min: 0, max: 1800 }),
      })
      .map(({ term, runOn, countdown }) => lease({ exp: common.iat + term, runOn, countdown })),
    fc.integer({ min: 1, max: 60 }).map(pass),
    fc.integer({ min: 1, max: 30 }).map(borrow),
    fc
      .tuple(fc.option(fc.integer({ min: 1, max: 800 })), fc.integer({ min: 0, max: 90 }))
      .map(([days, grace]) => license(days, grace)),
  );
  const code = fc.constantFrom<ErrorCode>(
    'network-offline',
    'no-seat-free',
    'lease-reclaimed',
    'portal-failed',
  );
  const answer: fc.Arbitrary<PortalAnswer> = fc.oneof(
    fc
      .constantFrom<'none' | 'asking' | 'granted' | 'released'>('none', 'asking', 'granted', 'released')
      .map((kind) => ({ kind })),
    fc
      .tuple(
        fc.constantFrom<'unreachable' | 'queued' | 'refused' | 'ended'>(
          'unreachable',
          'queued',
          'refused',
          'ended',
        ),
        code,
      )
      .map(([kind, reason]) => ({ kind, code: reason })),
  );
  const offset = fc.integer({ min: -day, max: 900 * day });
  const anyFacts: fc.Arbitrary<LicenseFacts> = fc.record({
    now: offset.map((after) => start + after),
    mode: fc.constantFrom('standalone' as const, 'cloud-key' as const, 'cloud-signin' as const, null),
    identity: fc.boolean(),
    identityLostAt: fc.option(offset.map((after) => start + after)),
    right: fc.option(right),
    held: fc.boolean(),
    answer,
    clock: fc.oneof(
      fc.constantFrom({ verdict: 'ok' as const }, { verdict: 'warned' as const }),
      offset.map((after) => ({ verdict: 'suspect' as const, until: start + after })),
    ),
    device: fc.oneof(
      fc.constantFrom(
        { verdict: 'match' as const },
        { verdict: 'mismatch' as const },
        { verdict: 'unknown' as const },
      ),
      offset.map((after) => ({ verdict: 'drift' as const, until: start + after })),
    ),
  });
  const runs = { numRuns: 2000 };

  test('time alone never makes the permit better', () => {
    fc.assert(
      fc.property(anyFacts, fc.nat({ max: 900 * day }), (some, later) => {
        const then = licenseStanding({ ...some, now: some.now + later });
        expect(rank[then.permit]).toBeLessThanOrEqual(rank[licenseStanding(some).permit]);
      }),
      runs,
    );
  });

  test('until is exact: the same just before, another at it', () => {
    fc.assert(
      fc.property(anyFacts, (some) => {
        const { permit, until } = licenseStanding(some);
        if (until === null) {
          expect(licenseStanding({ ...some, now: some.now + 3000 * day }).permit).toBe(permit);
        } else {
          expect(until).toBeGreaterThan(some.now);
          expect(licenseStanding({ ...some, now: until - 1 }).permit).toBe(permit);
          expect(licenseStanding({ ...some, now: until }).permit).not.toBe(permit);
        }
      }),
      runs,
    );
  });

  test('nothing changes before the next check, and something does at it', () => {
    const shown = ({ until: _until, nextCheckAt: _next, ...moment }: ReturnType<typeof licenseStanding>) =>
      moment;
    fc.assert(
      fc.property(anyFacts, fc.double({ min: 0, max: 1, noNaN: true }), (some, part) => {
        const standing = licenseStanding(some);
        const next = standing.nextCheckAt ?? some.now + 3000 * day;
        const between = some.now + Math.floor((next - 1 - some.now) * part);
        expect(shown(licenseStanding({ ...some, now: between }))).toEqual(shown(standing));
        if (standing.nextCheckAt !== null) {
          expect(shown(licenseStanding({ ...some, now: next }))).not.toEqual(shown(standing));
        }
      }),
      runs,
    );
  });

  test('a program that holds a license, and a right that was there, never come down to none', () => {
    fc.assert(
      fc.property(anyFacts, (some) => {
        const counts = some.right !== null && rightServesMode(some.right.kind, some.mode);
        if (some.held || counts) expect(licenseStanding(some).permit).not.toBe('none');
      }),
      runs,
    );
  });

  test('warnings lie ahead, and anything but full says why unless it was given back or never asked', () => {
    fc.assert(
      fc.property(anyFacts, (some) => {
        const standing = licenseStanding(some);
        for (const warned of standing.warnings)
          if (warned.at !== null) expect(warned.at).toBeGreaterThan(some.now);
        if (standing.permit !== 'full' && standing.state !== 'released' && standing.state !== 'acquiring') {
          expect(standing.reason).not.toBeNull();
        }
      }),
      runs,
    );
  });
});
