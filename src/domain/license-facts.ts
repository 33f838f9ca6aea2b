import type { LicenseState, Permit } from '../contract/broker.ts';
import type { BorrowClaims, LeaseClaims, LicenseClaims, PassClaims } from '../contract/documents.ts';
import type { ErrorCode, ErrorData } from '../contract/errors.ts';
import type { Mode } from '../contract/primitives.ts';

/** A verified document that lets a program run. `nbf`, product, device and signature were checked when it came in. */
export type Right =
  | { readonly kind: 'lease'; readonly claims: LeaseClaims }
  | { readonly kind: 'offline-pass'; readonly claims: PassClaims }
  | { readonly kind: 'borrow'; readonly claims: BorrowClaims }
  | { readonly kind: 'license'; readonly claims: LicenseClaims };

/** What the portal last said about one product, or that it could not be asked. */
export type PortalAnswer =
  | { readonly kind: 'none' }
  /** `failed`: why the time before did not come through; asking again does not bring the network back. */
  | { readonly kind: 'asking'; readonly failed?: ErrorCode | undefined }
  | { readonly kind: 'granted' }
  | { readonly kind: 'unreachable'; readonly code: ErrorCode }
  /** No seat is free; asked again until one is. */
  | { readonly kind: 'queued'; readonly code: ErrorCode; readonly data?: ErrorData }
  /** Nothing was given. What is held stays as it is. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly data?: ErrorData }
  /** What was held was taken: reclaimed by an administrator, seat withdrawn, another company. */
  | { readonly kind: 'ended'; readonly code: ErrorCode; readonly data?: ErrorData }
  | { readonly kind: 'released' };

/** Of domain/clock-mark. `until`: ms UTC, when the one online contact is due. */
export type ClockFact =
  | { readonly verdict: 'ok' | 'warned' }
  | { readonly verdict: 'suspect'; readonly until: number };

/** Of domain/device-score; only a standalone license is bound to components. `until`: ms UTC, when the rebind is due. */
export type DeviceFact =
  | { readonly verdict: 'match' | 'mismatch' | 'unknown' }
  | { readonly verdict: 'drift'; readonly until: number };

export interface LicenseFacts {
  /** Milliseconds UTC, corrected by the portal's time where that is known. */
  readonly now: number;
  readonly mode: Mode | null;
  /** A credential is stored on this device (refresh token or cloud key); standalone needs none. */
  readonly identity: boolean;
  /** Milliseconds UTC: when it was heard that the session ended under what is held, which then runs on (ADR 0032); null = it did not. */
  readonly identityLostAt: number | null;
  /** The document held; its `iat` is the last renewal. */
  readonly right: Right | null;
  /** A program that was given `full` still runs: whatever happens, it may open and save. */
  readonly held: boolean;
  readonly answer: PortalAnswer;
  readonly clock: ClockFact;
  readonly device: DeviceFact;
}

export type Cause =
  | 'no-mode'
  | 'no-license-installed'
  | 'no-identity'
  | 'nothing-held'
  | 'asked-portal'
  | 'portal-unreachable'
  | 'no-seat-free'
  | 'portal-refused'
  | 'right-ended'
  | 'given-back'
  | 'lease-valid'
  | 'renewal-asked'
  | 'lease-over'
  | 'run-on-over'
  | 'countdown-over'
  | 'pass-valid'
  | 'pass-ending'
  | 'pass-over'
  | 'session-over'
  | 'borrow-valid'
  | 'borrow-over'
  | 'license-valid'
  | 'license-ending'
  | 'license-over'
  | 'grace-over'
  | 'clock-back'
  | 'clock-contact-missed'
  | 'device-drifted'
  | 'rebind-missed'
  | 'device-mismatched';

export interface LicenseWarning {
  readonly kind: 'expires' | 'run-on' | 'countdown' | 'grace' | 'pass-ends' | 'clock' | 'device' | 'offline';
  /** Milliseconds UTC: when what it warns of happens; null when that is not a moment. */
  readonly at: number | null;
  /** Days before `at` at which this warning was due again; a dismissed one comes back when it changes. */
  readonly daysBefore: number | null;
}

/** Where a license stands at one instant. */
export interface Moment {
  readonly state: LicenseState;
  readonly permit: Permit;
  readonly cause: Cause;
  /** What stands in the way, for the person's sentence; null when nothing does. */
  readonly reason: ErrorCode | null;
  readonly warnings: readonly LicenseWarning[];
}
