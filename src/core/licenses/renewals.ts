import { AldabaError } from '../../contract/errors.ts';
import type { Parts } from '../parts.ts';
import { asAldabaError } from '../problem.ts';
import type { Entries } from './entries.ts';
import { type Entry, isOver } from './entry.ts';
import { hasRunOut, whatFailed } from './portal-codes.ts';
import { createRetry } from './retry.ts';
import type { Seats } from './seats.ts';

/** Most leases in one call (contract/portal/licenses). */
const mostAtOnce = 100;
const retryLimits = { first: 2000, most: 300_000 };

/** Keeps what is held: one call for all leases of the device. */
export interface Renewals {
  /** ms of running time until something is due; null = nothing ever is. */
  due(): number | null;
  /** Renews what is due, or everything when `force`. Never throws unless forced; one call at a time. */
  run(options: { force: boolean }): Promise<void>;
  /** The portal answered somebody, or the network is another one: what failed and waits is due within a second. */
  hurry(): void;
  /** The machine slept or its clock moved: leases may have ended. */
  timeJumped(): void;
}

export function createRenewals(
  needs: Pick<Parts, 'ports' | 'gateway' | 'session'> & {
    entries: Entries;
    seats: Seats;
    random: () => number;
  },
): Renewals {
  const { ports, gateway, session, entries, seats, random } = needs;
  const { clock, log } = ports;
  const retry = createRetry(clock, retryLimits, random);
  let jumped = false;
  let current: Promise<void> | null = null;

  /**
   * A lease matters while it is used; a pass is kept fresh for the day without network. A borrowed one asks daily whether it was taken back,
   * and once it is over it is kept, as a lease, where it is used. Over by this device's clock alone, it asks as well: the answer says the time.
   */
  function keeps(entry: Entry): boolean {
    const { right } = entry.record;
    if (right === null || right.leaving || entry.right === null) return false;
    if (right.kind === 'offline-pass') return true;
    return entry.uses.size > 0 || (right.kind === 'borrow' && !isOver(entry.right, entries.portalNow()));
  }

  /** ms until this right is due. By the portal's time, which also passes while the machine sleeps; a clock set back makes it due. */
  function wait(entry: Entry): number {
    const { right } = entry.record;
    if (right === null) return Number.POSITIVE_INFINITY;
    if (jumped && right.kind === 'lease') return 0;
    if (right.kind === 'borrow' && isOver(entry.right, entries.now())) return 0;
    const term = right.renewAfter * 1000;
    const spent = entries.now() - Date.parse(right.renewedAt);
    return spent < -60_000 ? 0 : Math.max(0, term - spent);
  }

  async function call(batch: Entry[]): Promise<void> {
    const leases = batch.flatMap(({ record, right }) =>
      record.right === null || right === null
        ? []
        : [{ leaseId: record.right.leaseId, seq: right.claims.seq }],
    );
    if (leases.length === 0) return;
    for (const entry of batch) entries.setAsking(entry);
    try {
      const { results } = await gateway.portal.licenses.renew({ leases });
      const lost: Entry[] = [];
      for (const result of results) {
        const entry = batch.find(({ record }) => record.right?.leaseId === result.leaseId);
        // Given back, or replaced, while the portal was asked: its answer is about nothing any more.
        if (entry === undefined || entry.record.right?.leaving) continue;
        if (result.outcome === 'renewed')
          await seats.accept(entry, result, result.leaseId).catch(() => undefined);
        else if (hasRunOut(result.code) && entry.uses.size > 0) lost.push(entry);
        else if (hasRunOut(result.code)) await seats.drop(entry, result.leaseId);
        else
          await seats.lose(
            entry,
            result.leaseId,
            new AldabaError(result.code, 'ended at renewal', result.data),
          );
      }
      for (const entry of batch)
        if (entry.answer.kind === 'asking') entries.setAnswer(entry, { kind: 'granted' });
      await Promise.all(lost.map((entry) => seats.regain(entry)));
      // An answer that renewed nothing is a failure as well: it would be asked for again at once, and for ever.
      const stuck = batch.some((entry) => keeps(entry) && wait(entry) === 0);
      if (stuck) retry.failed();
      else retry.reset();
    } catch (error) {
      const fault = asAldabaError(error);
      retry.failed(fault.data?.retryAfter);
      log.info({ code: fault.code, leases: leases.length }, 'leases could not be renewed');
      for (const entry of batch) {
        if (entry.answer.kind !== 'asking') continue;
        const kind = whatFailed(fault.code) === 'refused' ? 'refused' : 'unreachable';
        entries.setAnswer(entry, { kind, code: fault.code, data: fault.data });
      }
      throw fault;
    }
  }

  return {
    due() {
      if (session.mode === 'standalone' || !session.hasIdentity()) return null;
      const waits = entries.all().filter(keeps).map(wait);
      return waits.length === 0 ? null : Math.max(Math.min(...waits), retry.wait());
    },
    async run({ force }) {
      if (current !== null) await current.catch(() => undefined);
      const kept = entries
        .all()
        .filter(force ? ({ record, right }) => record.right !== null && right !== null : keeps);
      const isDue = (entry: Entry) => force || wait(entry) === 0;
      if (session.mode === 'standalone' || !kept.some(isDue)) return;
      // Every lease in use goes with the first that is due; passes only on their own day.
      const batch = kept
        .filter((entry) => entry.record.right?.kind === 'lease' || isDue(entry))
        .slice(0, mostAtOnce);
      jumped = false;
      const turn = call(batch);
      current = turn;
      try {
        await turn;
      } catch (error) {
        if (force) throw error;
      } finally {
        current = null;
      }
    },
    hurry: retry.hurry,
    timeJumped() {
      jumped = true;
      retry.reset();
    },
  };
}
