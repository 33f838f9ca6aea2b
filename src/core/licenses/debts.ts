import type { Parts } from '../parts.ts';
import { backoff } from './backoff.ts';
import type { Entries } from './entries.ts';
import type { Entry } from './entry.ts';
import type { Receipts } from './receipts.ts';
import type { Seats } from './seats.ts';

/** Waits between tries. ms */
const limits = { first: 5000, most: 300_000 };

/** What the portal must still hear: what ended here, and requests that got no answer. */
export interface Debts {
  /** ms of running time until the portal is told; null: nothing is owed, or only where a seat is being asked for. */
  due(): number | null;
  /** Tells it, unless the last try was too short a while ago; what it did not hear is tried again later. */
  pay(): Promise<void>;
  /** The portal answered somebody: what waits for it is due within a second. */
  portalIsBack(): void;
  /** The network may be another one now. */
  retry(): void;
}

export function createDebts(
  needs: Pick<Parts, 'ports' | 'session'> & {
    entries: Entries;
    seats: Seats;
    receipts: Receipts;
    random: () => number;
  },
): Debts {
  const { ports, session, entries, seats, receipts, random } = needs;
  const { clock } = ports;
  let failures = 0;
  /** Running time before which nothing is tried again. */
  let notBefore = 0;

  const isOwed = (entry: Entry) => seats.hasDebts(entry) || receipts.isOwed(entry);

  return {
    due() {
      const waits = entries.all().some((entry) => isOwed(entry) && entry.flights.size === 0);
      return waits ? Math.max(0, notBefore - clock.monotonic()) : null;
    },
    async pay() {
      if (clock.monotonic() < notBefore) return;
      for (const entry of entries.all()) {
        if (!isOwed(entry)) continue;
        await receipts.tell(entry);
        if (session.hasIdentity() && session.mode !== 'standalone' && entry.flights.size === 0) {
          await seats.tell(entry);
          await seats.inTurn(entry, 'settle', () => seats.settle(entry)).catch(() => undefined);
        }
      }
      const failed = entries.all().some(isOwed);
      failures = failed ? failures + 1 : 0;
      notBefore = failed ? clock.monotonic() + backoff(failures, limits, random) : 0;
    },
    portalIsBack() {
      notBefore = Math.min(notBefore, clock.monotonic() + random() * 1000);
    },
    retry() {
      failures = 0;
      notBefore = 0;
    },
  };
}
