import { expect } from 'vitest';
import type { LicenseState, Permit } from '../../src/contract/broker.ts';
import type { BorrowClaims, LeaseClaims, LicenseClaims, PassClaims } from '../../src/contract/documents.ts';
import type {
  Cause,
  LicenseFacts,
  LicenseWarning,
  PortalAnswer,
  Right,
} from '../../src/domain/license-facts.ts';
import { licenseStanding } from '../../src/domain/license-state.ts';

/** Milliseconds. */
export const second = 1000;
export const minute = 60 * second;
export const day = 86_400 * second;
/** Milliseconds UTC, 2026-03-02T08:00:00Z: when each right below was issued. */
export const start = 1_772_438_400_000;

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

/** 20 minutes on a floating seat. */
export function lease(change: Partial<LeaseClaims> = {}): Right {
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

/** Of a named seat. */
export function pass(days = 30): Right {
  const claims: PassClaims = { ...common, ...held, exp: common.iat + days * 86_400 };
  return { kind: 'offline-pass', claims };
}

export function borrow(days = 7): Right {
  const claims: BorrowClaims = { ...common, ...held, exp: common.iat + days * 86_400 };
  return { kind: 'borrow', claims };
}

/** Standalone; `days` null is perpetual. */
export function license(days: number | null, graceDays = 14): Right {
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

/** Signed in, with nothing in the way. */
export function facts(change: Partial<LicenseFacts> = {}): LicenseFacts {
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

export const unreachable: PortalAnswer = { kind: 'unreachable', code: 'network-offline' };

type Row = [after: number, state: LicenseState, permit: Permit, cause: Cause, warnings: string[]];

/** `kind@seconds` from the start, with the days before the end where the warning has them. */
const brief = (warnings: readonly LicenseWarning[]) =>
  warnings.map(({ kind, at, daysBefore }) =>
    [kind, at === null ? '' : `@${(at - start) / 1000}`, daysBefore === null ? '' : ` ${daysBefore}d`].join(
      '',
    ),
  );

/** Where a license stands at each instant, ms after the start, and what it warns of. */
export function follows(change: Partial<LicenseFacts>, rows: Row[]): void {
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
