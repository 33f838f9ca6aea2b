import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { borrow, day, lease, license, pass, start } from '../../test/fakes/license-facts.ts';
import type { Permit } from '../contract/broker.ts';
import type { ErrorCode } from '../contract/errors.ts';
import type { LicenseFacts, PortalAnswer } from './license-facts.ts';
import { licenseStanding, rightServesMode } from './license-state.ts';

describe('properties', () => {
  const rank: Record<Permit, number> = { none: 0, 'read-only': 1, full: 2 };
  const right = fc.oneof(
    fc
      .record({
        term: fc.integer({ min: 60, max: 7200 }),
        runOn: fc.integer({ min: 60, max: 7200 }),
        countdown: fc.integer({ min: 0, max: 1800 }),
      })
      .map(({ term, runOn, countdown }) => lease({ exp: start / 1000 + term, runOn, countdown })),
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
