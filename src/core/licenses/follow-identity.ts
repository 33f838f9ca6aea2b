import type { IdentityEvent, Parts } from '../parts.ts';
import { asAldabaError } from '../problem.ts';
import type { Entries } from './entries.ts';
import { type Entry, isHeld } from './entry.ts';
import type { Receipts } from './receipts.ts';
import type { Renewals } from './renewals.ts';
import type { Seats } from './seats.ts';

/** What becomes of the rights when an identity comes, goes or is another one (ADR 0032). */
export interface FollowIdentity {
  /** One event after the other, in their order. Never throws. */
  follow(event: IdentityEvent): Promise<void>;
  /** A right was found with nobody signed in: it runs on from now, if it does not yet. */
  found(entry: Entry): Promise<void>;
}

export function createFollowIdentity(
  needs: Pick<Parts, 'ports' | 'session'> & {
    entries: Entries;
    receipts: Receipts;
    seats: Seats;
    renewals: Renewals;
    /** Resolves when the rights were read. */
    ready: () => Promise<void>;
  },
): FollowIdentity {
  const { ports, session, entries, receipts, seats, renewals, ready } = needs;
  const { log } = ports;
  let turn: Promise<void> = Promise.resolve();

  /** Nothing counts any more, and the portal knows: it ended the leases, or they are another's by now. What is borrowed it hears by receipt. */
  async function endAll(): Promise<void> {
    for (const entry of entries.all()) {
      entry.queue = null;
      entry.answer = { kind: 'none' };
      await receipts.update(entry, (record) =>
        record.right === null && record.asking === null && record.releases.length === 0
          ? record
          : { ...record, right: null, asking: null, releases: [] },
      );
    }
  }

  async function runOn(entry: Entry): Promise<void> {
    const lapsedAt = new Date(entries.now()).toISOString();
    await entries.update(entry, (record) =>
      record.right === null || record.right.lapsedAt !== null
        ? record
        : { ...record, right: { ...record.right, lapsedAt } },
    );
  }

  async function lapse(): Promise<void> {
    for (const entry of entries.all()) {
      entry.queue = null;
      entry.answer = { kind: 'none' };
      await runOn(entry);
    }
    if (entries.all().some(isHeld)) await ports.opener.showWindow('notice');
  }

  /** Rights of another company do not count in this one. Programs that run ask again under the new one. */
  async function enter(): Promise<void> {
    const account = session.profile?.membership.account.id;
    let lapsed = false;
    for (const entry of entries.all()) {
      if (account !== undefined && entry.right !== null && entry.right.claims.account !== account)
        await seats.abandon(entry);
      if (entry.record.right !== null && entry.record.right.lapsedAt !== null) {
        lapsed = true;
        await entries.update(entry, (record) =>
          record.right === null ? record : { ...record, right: { ...record.right, lapsedAt: null } },
        );
      }
      const runs = [...entry.uses.values()].some((use) => use.state === 'running');
      // Not awaited: the next event may take away what this asks for.
      if (entry.right === null && entry.answer.kind !== 'ended' && runs) void seats.regain(entry);
    }
    if (lapsed)
      renewals
        .run({ force: true })
        .catch((error: unknown) => log.info({ code: asAldabaError(error).code }, 'not renewed yet'));
  }

  async function handle(event: IdentityEvent): Promise<void> {
    await ready();
    if (session.mode === 'standalone') return endAll();
    switch (event) {
      case 'ready':
        return enter();
      case 'replaced':
        await endAll();
        return enter();
      case 'lapsed':
        return lapse();
      case 'ended':
      case 'signed-out':
        return endAll();
    }
  }

  return {
    follow(event) {
      turn = turn
        .then(() => handle(event))
        .catch((error: unknown) => {
          log.error({ error: asAldabaError(error).message }, 'a change of identity was not followed through');
        });
      return turn;
    },
    async found(entry) {
      const cloud = session.mode === 'cloud-key' || session.mode === 'cloud-signin';
      if (cloud && !session.hasIdentity()) await runOn(entry);
    },
  };
}
