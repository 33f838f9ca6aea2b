import type { Parts } from '../parts.ts';
import { asAldabaError } from '../problem.ts';
import type { Entries } from './entries.ts';
import { type Entry, isOver, leavesUnused } from './entry.ts';
import type { LicenseRecord } from './license-record.ts';
import { whatFailed } from './portal-codes.ts';
import type { Receipts } from './receipts.ts';
import type { Seats } from './seats.ts';

/** ms a floating lease is kept after its last use, so that a program that is started again finds it warm. Well under the promised 5 s. */
const lingerTerm = 2000;

type Right = NonNullable<LicenseRecord['right']>;

/** The way of a right back to the portal: what {@link Seats} says of it. */
export interface GiveBack extends Pick<Seats, 'takeUp' | 'lingerThenLeave' | 'leave' | 'abandon' | 'tell'> {
  /** The record with its right turned into a debt to the portal. */
  owed(entry: Entry, record: LicenseRecord): LicenseRecord;
}

export function createGiveBack(
  needs: Pick<Parts, 'ports' | 'gateway'> & {
    entries: Entries;
    receipts: Receipts;
    /** ms after which an unanswered request counts no more. */
    askingTerm: number;
    stopped: () => boolean;
  },
): GiveBack {
  const { ports, gateway, entries, receipts, askingTerm } = needs;
  const { clock, log } = ports;

  /** The right is over here; the portal is still to be told, until its term frees the seat without. */
  function owed(entry: Entry, record: LicenseRecord): LicenseRecord {
    if (record.right === null) return record;
    const ends = (entry.right?.claims.exp ?? 0) * 1000;
    const until = new Date(Math.max(ends, entries.now() + askingTerm)).toISOString();
    return {
      ...record,
      right: null,
      releases: [...record.releases, { leaseId: record.right.leaseId, until }],
    };
  }

  /** Nobody uses it, and nothing is asked about it: what is being borrowed is not given back, and is looked at again afterwards. */
  function isIdle({ uses, flights }: Entry): boolean {
    return uses.size === 0 && flights.size === 0;
  }

  function lingerThenLeave(entry: Entry, term = lingerTerm): void {
    if (!isIdle(entry) || !leavesUnused(entry.right, entries.portalNow())) return;
    if (entry.record.right?.leaving !== false) return;
    entry.linger?.cancel();
    entry.linger = clock.setTimer(term, () => {
      entry.linger = null;
      if (isIdle(entry) && !needs.stopped()) {
        leave(entry).catch((error: unknown) => {
          log.warn({ product: entry.product, error: String(error) }, 'a lease could not be given back yet');
        });
      }
    });
  }

  async function leave(entry: Entry): Promise<void> {
    entry.linger?.cancel();
    entry.linger = null;
    await entries.update(entry, (record) =>
      record.right === null || entry.uses.size > 0
        ? record
        : { ...record, right: { ...record.right, leaving: true } },
    );
    // A program that came while this was written runs with it.
    if (entry.uses.size > 0) await stay(entry);
    else await tell(entry);
  }

  async function stay(entry: Entry): Promise<void> {
    await entries.update(entry, (record) =>
      record.right?.leaving ? { ...record, right: { ...record.right, leaving: false } } : record,
    );
  }

  function tell(entry: Entry): Promise<void> {
    entry.telling ??= tellAll(entry).finally(() => {
      entry.telling = null;
    });
    return entry.telling;
  }

  async function tellAll(entry: Entry): Promise<void> {
    const leaving = entry.record.right;
    try {
      if (leaving?.leaving && entry.uses.size === 0) await tellLeaving(entry, leaving);
      for (const { leaseId, until } of entry.record.releases) {
        const isFree = (await tellOne(leaseId)) === 'told' || Date.parse(until) <= (entries.portalNow() ?? 0);
        if (!isFree) continue;
        await entries.update(entry, (record) => ({
          ...record,
          releases: record.releases.filter((one) => one.leaseId !== leaseId),
        }));
      }
    } catch (error) {
      log.warn({ product: entry.product, error: String(error) }, 'a release could not be stored');
    }
  }

  async function tellLeaving(entry: Entry, leaving: Right): Promise<void> {
    const outcome = await tellOne(leaving.leaseId);
    // Past its end the portal frees it without being told.
    const gone = outcome === 'told' || isOver(entry.right, entries.portalNow());
    // A lease that is over by this device's clock is of no use here: the portal still hears of it.
    if (outcome === 'not-sent' && !gone && !isOver(entry.right, entries.now())) return;
    // What may be lent has an end at the portal that is not known here.
    const isLent = outcome !== 'told' && entry.lending === leaving.leaseId;
    await (isLent ? receipts : entries).update(entry, (record) => {
      if (record.right?.leaseId !== leaving.leaseId) return record;
      return gone ? { ...record, right: null } : owed(entry, record);
    });
    entries.setAnswer(entry, { kind: 'released' });
  }

  async function tellOne(leaseId: string): Promise<'told' | 'not-sent' | 'unknown'> {
    try {
      await gateway.portal.licenses.release({ leaseId });
      return 'told';
    } catch (error) {
      const { code } = asAldabaError(error);
      const meaning = whatFailed(code);
      // A refusal about this lease means that the portal does not hold it for this device: nothing is left to free.
      if (meaning === 'refused') return 'told';
      return meaning === 'never-arrived' ? 'not-sent' : 'unknown';
    }
  }

  return {
    owed,
    async takeUp(entry) {
      // What was on its way when this was asked may begin to be told only while this is written.
      do {
        await entry.telling;
        await stay(entry);
      } while (entry.telling !== null);
    },
    lingerThenLeave,
    leave,
    async abandon(entry) {
      await receipts.update(entry, (record) =>
        record.right?.kind === 'borrow' ? { ...record, right: null } : owed(entry, record),
      );
    },
    tell,
  };
}
