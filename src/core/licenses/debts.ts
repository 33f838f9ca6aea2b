import type { Parts } from '../parts.ts';
import type { Entries } from './entries.ts';
import type { Entry } from './entry.ts';
import type { Receipts } from './receipts.ts';
import { createRetry } from './retry.ts';
import type { Seats } from './seats.ts';

/** Waits between tries. ms */
const limits = { first: 5000, most: 300_000 };

/** What the portal must still hear: what ended here, and requests that got no answer. */
export interface Debts {
  /** ms of running time until the portal is told; null: nothing is owed, or only where a seat is being asked for. */
  due(): number | null;
  /** Tells it, unless the last try was too short a while ago; what it did not hear is tried again later. */
  pay(): Promise<void>;
  /** The portal answered somebody, or the network is another one: what failed and waits is due within a second. */
  hurry(): void;
  /** The machine slept or its clock moved: what waits is due. */
  timeJumped(): void;
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
  const retry = createRetry(ports.clock, limits, random);

  const isOwed = (entry: Entry) => seats.hasDebts(entry) || receipts.isOwed(entry);

  return {
    due() {
      const waits = entries.all().some((entry) => isOwed(entry) && entry.flights.size === 0);
      return waits ? retry.wait() : null;
    },
    async pay() {
      if (retry.wait() > 0) return;
      for (const entry of entries.all()) {
        if (!isOwed(entry)) continue;
        await receipts.tell(entry);
        if (session.hasIdentity() && session.mode !== 'standalone' && entry.flights.size === 0) {
          await seats.tell(entry);
          await seats.inTurn(entry, 'settle', () => seats.settle(entry)).catch(() => undefined);
        }
      }
      if (entries.all().some(isOwed)) retry.failed();
      else retry.reset();
    },
    hurry: retry.hurry,
    timeJumped: retry.reset,
  };
}
