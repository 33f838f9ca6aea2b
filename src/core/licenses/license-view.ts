import type { BrokerLicense } from '../../contract/broker.ts';
import type { Problem } from '../../contract/client/problem.ts';
import type { AppState, LicenseView } from '../../contract/client/state.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Right } from '../../domain/license-facts.ts';
import type { Standing } from '../../domain/license-state.ts';
import { isVersionCovered } from '../../domain/version-range.ts';
import type { StateStore } from '../parts.ts';
import type { Entry, Said } from './entry.ts';
import type { LicenseRecord } from './license-record.ts';
import { receiptOf } from './receipts.ts';

const iso = (ms: number) => new Date(ms).toISOString();

/** A standing as programs hear of it; the sentence is added by the broker, in the program's language. */
export function toBrokerLicense(
  standing: Standing,
  right: Right | null,
  document: string | undefined,
): BrokerLicense {
  const { state, permit, until, reason } = standing;
  return {
    state,
    permit,
    ...(right === null || document === undefined ? {} : { document, kind: right.kind }),
    ...(until === null ? {} : { until: iso(until) }),
    ...(reason === null ? {} : { reason }),
  };
}

/** What a program of `version` hears of it: under a right for other versions it may open and save, and the document is not about it. */
export function licenseForVersion(
  license: BrokerLicense,
  right: Right | null,
  version: string,
): BrokerLicense {
  const covers = right === null || isVersionCovered(version, right.claims.versions);
  if (covers || license.permit === 'none') return license;
  return { state: 'read-only', permit: 'read-only', reason: 'version-not-covered' };
}

/** One product's license as the window shows it. */
function licenseViewOf(entry: Entry, { right, standing, borrowDays }: Said, now: number): LicenseView {
  const { state, permit, until, reason, warnings } = standing;
  const exp = right?.claims.exp;
  return {
    product: entry.product,
    productName: entry.names.product,
    state,
    permit,
    kind: right?.kind ?? null,
    seatKind: seatKindOf(right),
    accountName: entry.names.account,
    holder: right?.claims.holder ?? null,
    expiresAt: exp === undefined ? null : iso(exp * 1000),
    until: until === null ? null : iso(until),
    renewedAt: right === null || right.kind === 'license' ? null : iso(right.claims.iat * 1000),
    borrowDays,
    warnings: warnings.map(({ kind, at }) => ({ kind, at: at === null ? null : iso(at) })),
    problem: reason === null ? null : problemOf(entry, reason, now),
    programs: usesOf(entry),
  };
}

/** The refusal that stands in the way, with what the portal said of it: who holds the seats, how many there are. */
function problemOf({ answer, names }: Entry, code: ErrorCode, now: number): Problem {
  const said = 'data' in answer && answer.code === code ? answer.data : undefined;
  return { code, data: { ...said, product: names.product }, at: iso(now) };
}

/** Puts what is held, used or was taken into the snapshot. `now`: wall-clock ms, the time of a problem. */
export function showLicenses(
  state: StateStore,
  all: readonly { entry: Entry; said: Said }[],
  now: number,
): void {
  const worthShowing = all.filter(
    ({ entry, said }) => said.right !== null || entry.uses.size > 0 || entry.answer.kind === 'ended',
  );
  state.update({
    licenses: worthShowing.map(({ entry, said }) => licenseViewOf(entry, said, now)),
    returned: all
      .filter(({ entry }) => entry.frozen === null && entry.record.receipts.length > 0)
      .map(({ entry }) => returnedOf(entry)),
    uses: all.flatMap(({ entry }) => usesOf(entry)),
  });
}

/** Several of one product are one line: the receipt that is handed out is the last. */
function returnedOf({ product, names, record }: Entry): AppState['returned'][number] {
  const last = receiptOf(record.receipts.at(-1) ?? '');
  return { product, productName: names.product, kind: last?.kind ?? 'license' };
}

/** Most days that a right can be borrowed for as it stands: the seat's, for what is borrowed already and for a floating lease in full use. */
export function lendableDays(
  right: Right | null,
  { permit }: Pick<Standing, 'permit'>,
  { right: stored }: LicenseRecord,
): number {
  const isLease = right?.kind === 'lease' && right.claims.seatKind === 'floating' && permit === 'full';
  return isLease || right?.kind === 'borrow' ? (stored?.borrowDays ?? 0) : 0;
}

/** A license that came down to read-only is a notice until it is better. */
export function noteStanding(state: StateStore, entry: Entry, { permit, reason }: Standing): void {
  const id = `license-${entry.product}`;
  if (permit === 'read-only' && reason !== null)
    state.notice({
      id,
      level: 'error',
      problem: { code: reason, data: { product: entry.names.product } },
    });
  else state.clearNotice(id);
}

function usesOf(entry: Entry): LicenseView['programs'] {
  return [...entry.uses.values()].map(({ id, program, version, since, state }) => ({
    id,
    program,
    version,
    since,
    state,
  }));
}

/** Passes are for named seats and only floating leases are lent; a license has no seat. */
function seatKindOf(right: Right | null): 'named' | 'floating' | null {
  switch (right?.kind) {
    case 'lease':
      return right.claims.seatKind;
    case 'offline-pass':
      return 'named';
    case 'borrow':
      return 'floating';
    default:
      return null;
  }
}
