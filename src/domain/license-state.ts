import type { LicenseState } from '../contract/broker.ts';
import type { ErrorCode, SessionEndReason } from '../contract/errors.ts';
import type { Mode } from '../contract/primitives.ts';
import type {
  Cause,
  ClockFact,
  DeviceFact,
  LicenseFacts,
  Moment,
  PortalAnswer,
  Right,
} from './license-facts.ts';
import { readOnly, rightBoundaries, rightMoment, warning } from './license-timeline.ts';

export interface Standing extends Moment {
  /** Milliseconds UTC: the first instant at which `permit` is another by time alone; null = never. */
  readonly until: number | null;
  /** The first instant at which anything here is another by time alone; null = never. */
  readonly nextCheckAt: number | null;
}

/**
 * Where a license stands, from facts alone (docs/figures.md, "States"). Time alone never makes `permit` better, and no fact makes it
 * `none` while a program holds it: the client never kills a program.
 */
export function licenseStanding(facts: LicenseFacts): Standing {
  const moment = momentAt(facts, facts.now);
  let until: number | null = null;
  let nextCheckAt: number | null = null;
  for (const boundary of boundariesAfter(facts)) {
    const then = momentAt(facts, boundary);
    if (nextCheckAt === null && !sameMoment(moment, then)) nextCheckAt = boundary;
    if (then.permit !== moment.permit) {
      until = boundary;
      break;
    }
  }
  return { ...moment, until, nextCheckAt };
}

/**
 * What becomes of what is held when the portal says that the session is over (ADR 0032). `at-once`: somebody took it, or it may be a copy's;
 * `run-on`: the same person may sign in again, and until then it is as without a link.
 */
export function afterSessionEnd(reason: SessionEndReason | undefined): 'at-once' | 'run-on' {
  switch (reason) {
    case 'signed-out':
    case 'replaced':
    case 'suspended':
    case 'deleted':
    case 'replay':
      return 'at-once';
    case 'password-set':
    case 'ended':
    case 'idle':
    case 'expired':
    case undefined:
      return 'run-on';
  }
}

/** Whether a right of this kind counts in this mode: a license in standalone, everything else in the cloud modes. */
export function rightServesMode(kind: Right['kind'], mode: Mode | null): boolean {
  return mode !== null && (kind === 'license') === (mode === 'standalone');
}

function momentAt(facts: LicenseFacts, at: number): Moment {
  const right = facts.right !== null && rightServesMode(facts.right.kind, facts.mode) ? facts.right : null;
  if (right === null) return withoutRight(facts);
  const byPortal = takenByPortal(facts.answer);
  if (byPortal !== null) return byPortal;
  const byTime = rightMoment(right, facts, at);
  if (byTime.permit !== 'full') return overAndRefused(byTime, facts.answer);
  return underClock(underDevice(byTime, right, facts.device, at), facts.clock, at);
}

function withoutRight(facts: LicenseFacts): Moment {
  const permit = facts.held ? 'read-only' : 'none';
  const at = (state: LicenseState, cause: Cause, reason: ErrorCode | null): Moment => ({
    state,
    permit,
    cause,
    reason,
    warnings: [],
  });
  if (facts.mode === null) return at('unconfigured', 'no-mode', 'not-configured');
  if (facts.mode === 'standalone') return at('needs-identity', 'no-license-installed', 'not-licensed');
  if (!facts.identity) {
    const why = facts.identityLostAt === null ? 'not-signed-in' : 'session-ended';
    return at('needs-identity', 'no-identity', why);
  }
  const answer = facts.answer;
  switch (answer.kind) {
    case 'asking':
      return at('acquiring', 'asked-portal', null);
    case 'unreachable':
      return { ...at('acquiring', 'portal-unreachable', answer.code), warnings: [warning('offline', null)] };
    case 'queued':
      return at('queued', 'no-seat-free', answer.code);
    case 'refused':
      return at('revoked', 'portal-refused', answer.code);
    case 'ended':
      return at('revoked', 'right-ended', answer.code);
    case 'released':
      return at('released', 'given-back', null);
    case 'none':
    case 'granted':
      return at('released', 'nothing-held', null);
  }
}

/** The portal's word that what is held was taken ends the document before its time. */
function takenByPortal(answer: PortalAnswer): Moment | null {
  if (answer.kind !== 'ended') return null;
  return {
    state: 'revoked',
    permit: 'read-only',
    cause: 'right-ended',
    reason: answer.code,
    warnings: [],
  };
}

/** A document that is over by its times, and no other was given: why. While it counts, an answer about another seat takes nothing. */
function overAndRefused(over: Moment, answer: PortalAnswer): Moment {
  if (answer.kind === 'refused')
    return { ...over, state: 'revoked', cause: 'portal-refused', reason: answer.code };
  if (answer.kind === 'queued')
    return { ...over, state: 'queued', cause: 'no-seat-free', reason: answer.code };
  return over;
}

function underDevice(moment: Moment, right: Right, device: DeviceFact, at: number): Moment {
  if (right.kind !== 'license') return moment;
  if (device.verdict === 'mismatch') {
    return readOnly('device-mismatched', 'device-changed');
  }
  if (device.verdict !== 'drift') return moment;
  const warnings = [warning('device', device.until), ...moment.warnings];
  return at < device.until
    ? { state: 'device-drift', permit: 'full', cause: 'device-drifted', reason: 'device-drift', warnings }
    : readOnly('rebind-missed', 'device-drift');
}

function underClock(moment: Moment, clock: ClockFact, at: number): Moment {
  if (moment.permit !== 'full') return moment;
  if (clock.verdict !== 'suspect') {
    return clock.verdict === 'ok'
      ? moment
      : { ...moment, warnings: [warning('clock', null), ...moment.warnings] };
  }
  const warnings = [warning('clock', clock.until), ...moment.warnings];
  return at < clock.until
    ? { state: 'clock-suspect', permit: 'full', cause: 'clock-back', reason: 'clock-suspect', warnings }
    : readOnly('clock-contact-missed', 'clock-suspect');
}

/** Every instant after `now` at which time alone may change something, in order. */
function boundariesAfter(facts: LicenseFacts): number[] {
  const all = facts.right === null ? [] : rightBoundaries(facts.right, facts);
  if (facts.clock.verdict === 'suspect') all.push(facts.clock.until);
  if (facts.device.verdict === 'drift') all.push(facts.device.until);
  return all.filter((at) => at > facts.now).sort((a, b) => a - b);
}

function sameMoment(a: Moment, b: Moment): boolean {
  return (
    a.state === b.state &&
    a.permit === b.permit &&
    a.cause === b.cause &&
    a.reason === b.reason &&
    a.warnings.length === b.warnings.length &&
    a.warnings.every((one, index) => {
      const other = b.warnings[index];
      return one.kind === other?.kind && one.at === other.at && one.daysBefore === other.daysBefore;
    })
  );
}
