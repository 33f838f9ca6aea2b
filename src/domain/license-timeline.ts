import type { BorrowClaims, LeaseClaims, LicenseClaims, PassClaims } from '../contract/documents.ts';
import type { ErrorCode } from '../contract/errors.ts';
import type { Cause, LicenseFacts, LicenseWarning, Moment, Right } from './license-facts.ts';

const day = 86_400_000;
/** Days before the end at which a person hears of it (docs/figures.md, "States", row "warned"). */
export const warningDays = {
  license: [30, 14, 7, 3, 1],
  /** Day 23 of 30, then daily for the last 3. */
  'offline-pass': [7, 3, 2, 1],
  borrow: [3, 1],
} as const;

/** Milliseconds that a pass runs on, and counts down, after its session ended: as long as a lease without link (docs/figures.md, "States"). */
const passRunOn = 3_600_000;
const passCountdown = 900_000;

/** One right over time, the portal saying nothing against it. */
export function rightMoment(right: Right, facts: LicenseFacts, at: number): Moment {
  switch (right.kind) {
    case 'lease':
      return leaseLine(right.claims, facts, at);
    case 'offline-pass':
      return passLine(right.claims, facts, at);
    case 'borrow':
      return borrowLine(right.claims, at);
    case 'license':
      return licenseLine(right.claims, at);
  }
}

function leaseLine(claims: LeaseClaims, facts: LicenseFacts, at: number): Moment {
  const times = leaseTimes(claims);
  const offline = unreachable(facts) !== null ? [warning('offline', times.countdownEnds)] : [];
  if (at < times.ends) {
    return held('lease-valid', facts, offline);
  }
  return runOnLine('lease-over', times, facts, at, offline);
}

/** Milliseconds UTC. */
interface RunOnTimes {
  readonly runOnEnds: number;
  readonly countdownEnds: number;
}

/** In its term; the portal may be asked for the next one right now. */
function held(
  cause: 'lease-valid' | 'pass-valid',
  facts: LicenseFacts,
  warnings: readonly LicenseWarning[] = [],
): Moment {
  return facts.answer.kind === 'asking'
    ? { state: 'renewing', permit: 'full', cause: 'renewal-asked', reason: null, warnings }
    : { state: 'active', permit: 'full', cause, reason: null, warnings };
}

/** Programs open, save and export, and compute no more. */
export function readOnly(cause: Cause, reason: ErrorCode): Moment {
  return { state: 'read-only', permit: 'read-only', cause, reason, warnings: [] };
}

/** After what carried a right is over: work goes on in full, then counts down, then files are only read. */
function runOnLine(
  cause: 'lease-over' | 'session-over',
  { runOnEnds, countdownEnds }: RunOnTimes,
  facts: LicenseFacts,
  at: number,
  offline: readonly LicenseWarning[] = [],
): Moment {
  const reason = whyNotRenewed(facts);
  if (at < runOnEnds) {
    const warnings = [warning('run-on', runOnEnds), ...offline];
    return { state: 'run-on', permit: 'full', cause, reason, warnings };
  }
  if (at < countdownEnds) {
    const warnings = [warning('countdown', countdownEnds), ...offline];
    return { state: 'run-on', permit: 'full', cause: 'run-on-over', reason, warnings };
  }
  return readOnly('countdown-over', reason ?? 'read-only');
}

function passLine(claims: PassClaims, facts: LicenseFacts, at: number): Moment {
  const ends = claims.exp * 1000;
  const lapses = lapseTimes(facts);
  if (lapses !== null && lapses.countdownEnds < ends) return runOnLine('session-over', lapses, facts, at);
  if (at >= ends) {
    return readOnly('pass-over', whyNotRenewed(facts) ?? 'read-only');
  }
  const due = daysDue(warningDays['offline-pass'], ends, at);
  if (due !== null) {
    const warnings = [warning('pass-ends', ends, due)];
    return {
      state: 'expiring',
      permit: 'full',
      cause: 'pass-ending',
      reason: whyNotRenewed(facts),
      warnings,
    };
  }
  return held('pass-valid', facts);
}

/** How a pass goes on without its session; null while somebody is signed in, or when nobody was. */
function lapseTimes({ identity, identityLostAt }: LicenseFacts): RunOnTimes | null {
  if (identity || identityLostAt === null) return null;
  const runOnEnds = identityLostAt + passRunOn;
  return { runOnEnds, countdownEnds: runOnEnds + passCountdown };
}

function borrowLine(claims: BorrowClaims, at: number): Moment {
  const ends = claims.exp * 1000;
  if (at >= ends) return readOnly('borrow-over', 'read-only');
  const due = daysDue(warningDays.borrow, ends, at);
  const warnings = due === null ? [] : [warning('expires', ends, due)];
  return { state: 'borrowed', permit: 'full', cause: 'borrow-valid', reason: null, warnings };
}

function licenseLine(claims: LicenseClaims, at: number): Moment {
  const valid = { permit: 'full', reason: null } as const;
  if (claims.exp === undefined) return { ...valid, state: 'active', cause: 'license-valid', warnings: [] };
  const ends = claims.exp * 1000;
  const graceEnds = ends + claims.graceDays * day;
  if (at < ends) {
    const due = daysDue(warningDays.license, ends, at);
    return due === null
      ? { ...valid, state: 'active', cause: 'license-valid', warnings: [] }
      : { ...valid, state: 'expiring', cause: 'license-ending', warnings: [warning('expires', ends, due)] };
  }
  if (at < graceEnds) {
    return {
      ...valid,
      state: 'expiring',
      cause: 'license-over',
      reason: 'file-expired',
      warnings: [warning('grace', graceEnds)],
    };
  }
  return readOnly('grace-over', 'file-expired');
}

/** Why a document that should have been renewed was not; null when nothing is known to stand in the way. */
function whyNotRenewed(facts: LicenseFacts): ErrorCode | null {
  if (!facts.identity) return facts.identityLostAt === null ? 'not-signed-in' : 'session-ended';
  return facts.answer.kind === 'refused' ? facts.answer.code : unreachable(facts);
}

function unreachable({ answer }: LicenseFacts): ErrorCode | null {
  if (answer.kind === 'unreachable') return answer.code;
  return answer.kind === 'asking' ? (answer.failed ?? null) : null;
}

/** Milliseconds UTC. A lease whose own term is longer than its run-on keeps its term. */
export function leaseTimes(claims: Pick<LeaseClaims, 'iat' | 'exp' | 'runOn' | 'countdown'>): {
  ends: number;
  runOnEnds: number;
  countdownEnds: number;
} {
  const ends = claims.exp * 1000;
  const runOnEnds = Math.max(ends, (claims.iat + claims.runOn) * 1000);
  return { ends, runOnEnds, countdownEnds: runOnEnds + claims.countdown * 1000 };
}

/** The smallest of `days` whose warning is due at `at`; null before the first. */
function daysDue(days: readonly number[], ends: number, at: number): number | null {
  const due = days.filter((before) => at >= ends - before * day);
  return due.length === 0 ? null : Math.min(...due);
}

/** Parameters as the members of {@link LicenseWarning}. */
export function warning(
  kind: LicenseWarning['kind'],
  at: number | null,
  daysBefore: number | null = null,
): LicenseWarning {
  return { kind, at, daysBefore };
}

/** Instants, ms UTC, at which time alone changes something about a right. */
export function rightBoundaries(right: Right, facts: LicenseFacts): number[] {
  if (right.kind === 'lease') return Object.values(leaseTimes(right.claims));
  if (right.claims.exp === undefined) return [];
  const ends = right.claims.exp * 1000;
  const graceEnds = right.kind === 'license' ? [ends + right.claims.graceDays * day] : [];
  const times = right.kind === 'offline-pass' ? lapseTimes(facts) : null;
  const lapses = times === null ? [] : Object.values(times);
  return [ends, ...graceEnds, ...lapses, ...warningDays[right.kind].map((before) => ends - before * day)];
}
