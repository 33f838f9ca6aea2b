import type { BorrowClaims, LeaseClaims, PassClaims } from '../../../contract/documents.ts';
import type { Grant } from '../../../contract/portal/licenses.ts';
import type { Portal } from '../../context.ts';
import { newId } from '../../ids.ts';
import type { LicensingSettings } from '../../licensing-settings.ts';

/** What a right is signed from. Instants in milliseconds of UTC. */
export interface Right {
  readonly leaseId: string;
  readonly kind: 'lease' | 'offline-pass' | 'borrow';
  readonly accountId: string;
  readonly accountName: string;
  readonly poolId: string;
  readonly seatId: string | null;
  readonly product: string;
  readonly productName: string;
  readonly versionFrom: string | null;
  readonly versionTo: string | null;
  readonly features: readonly string[];
  /** Empty for a key. */
  readonly holderName: string;
  readonly deviceThumbprint: string;
  readonly seq: number;
  readonly expiresAt: number;
  readonly poolEndsAt: number | null;
  /** Most days that seats of the pool are lent for. Of named ones nothing is lent, whatever it says. */
  readonly borrowDays: number;
}

const dayMilliseconds = 86_400_000;

/**
 * When a right of this kind that begins or is renewed now ends, if its pool lasts that long: after its term, or sooner with the
 * certificate of the key that signs it. Milliseconds of UTC.
 */
export function endOfTerm(
  kind: Exclude<Right['kind'], 'borrow'>,
  portal: Pick<Portal, 'keys' | 'settings'>,
  now: number,
): number {
  const { licensing } = portal.settings;
  const term = now + 1000 * (kind === 'offline-pass' ? licensing.pass : licensing.lease);
  return whileSigned(kind, portal, now, term);
}

/** The same of what is lent now for so many days. */
export function endOfBorrow(days: number, portal: Pick<Portal, 'keys'>, now: number): number {
  return whileSigned('borrow', portal, now, now + days * dayMilliseconds);
}

function whileSigned(kind: Right['kind'], { keys }: Pick<Portal, 'keys'>, now: number, term: number): number {
  return Math.min(term, keys.signing.signsUntil(kind, now) ?? term);
}

/** Signs a right, and says when to come back. */
export function grantRight(portal: Pick<Portal, 'keys' | 'settings'>, right: Right, now: number): Grant {
  const { licensing } = portal.settings;
  const issued = Math.floor(now / 1000);
  const common = {
    jti: newId(now),
    account: right.accountId,
    accountName: right.accountName,
    ...(right.seatId === null ? {} : { seat: right.seatId }),
    ...(right.holderName === '' ? {} : { holder: right.holderName }),
    aud: right.product,
    productName: right.productName,
    versions: versionRange(right),
    features: [...right.features],
    cnf: { jkt: right.deviceThumbprint },
    iat: issued,
    nbf: issued,
    exp: Math.floor(right.expiresAt / 1000),
    seq: right.seq,
    lease: right.leaseId,
    pool: right.poolId,
  } satisfies PassClaims & BorrowClaims;
  const document =
    right.kind === 'lease'
      ? portal.keys.signing.sign('lease', { ...common, ...runOn(right, issued, licensing) }, now)
      : portal.keys.signing.sign(right.kind, common, now);
  return {
    leaseId: right.leaseId,
    kind: right.kind,
    product: right.product,
    document,
    expiresAt: new Date(right.expiresAt).toISOString(),
    renewAfter: renewAfter(right, now, licensing),
    borrowDays: right.seatId === null ? right.borrowDays : 0,
  };
}

export function versionRange(of: { versionFrom: string | null; versionTo: string | null }) {
  return {
    ...(of.versionFrom === null ? {} : { from: of.versionFrom }),
    ...(of.versionTo === null ? {} : { to: of.versionTo }),
  };
}

/** A program runs on after a lost link, but not beyond what the company bought. */
function runOn(
  right: Right,
  issued: number,
  settings: LicensingSettings,
): Pick<LeaseClaims, 'seatKind' | 'runOn' | 'countdown'> {
  const bought = right.poolEndsAt === null ? settings.runOn : Math.floor(right.poolEndsAt / 1000) - issued;
  return {
    seatKind: right.seatId === null ? 'floating' : 'named',
    runOn: Math.max(1, Math.min(settings.runOn, bought)),
    countdown: settings.countdown,
  };
}

/** Spread around the heartbeat, and always before the right ends. */
function renewAfter(right: Right, now: number, settings: LicensingSettings): number {
  const interval = right.kind === 'lease' ? settings.heartbeat : settings.passRenewal;
  const spread = interval * (1 + settings.spread * (2 * Math.random() - 1));
  return Math.max(1, Math.floor(Math.min(spread, (right.expiresAt - now) / 2000)));
}
