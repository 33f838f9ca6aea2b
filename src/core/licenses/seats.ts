import { randomUUID } from 'node:crypto';
import type { AldabaError } from '../../contract/errors.ts';
import type { Grant } from '../../contract/portal/licenses.ts';
import type { PortalAnswer } from '../../domain/license-facts.ts';
import { isVersionCovered } from '../../domain/version-range.ts';
import type { Parts } from '../parts.ts';
import { asAldabaError } from '../problem.ts';
import { createAcceptGrant } from './accept-grant.ts';
import { backoff } from './backoff.ts';
import type { Entries } from './entries.ts';
import type { Entry, Wanted } from './entry.ts';
import { createGiveBack } from './give-back.ts';
import type { LicenseRecord } from './license-record.ts';
import { whatFailed } from './portal-codes.ts';
import type { Receipts } from './receipts.ts';

/** A lease that nobody renewed is over by then [20 min], so an unanswered request is not worth repeating. ms. */
const askingTerm = 30 * 60_000;
/** How often a program that lost its seat asks for another one. ms. */
const queueLimits = { first: 30_000, most: 300_000 };
/** The same for one that has a place in the queue, on top of the time that the portal names. ms. */
const turnLimits = { first: 5000, most: 5000 };

/** As the person sees it: with the holders, the total and the time that the portal named. */
function refusal({ code, data }: AldabaError): PortalAnswer {
  return { kind: code === 'no-seat-free' ? 'queued' : 'refused', code, data };
}

function ended({ code, data }: AldabaError): PortalAnswer {
  return { kind: 'ended', code, data };
}

/** Taking seats and giving them back. Every step is on disk before the portal hears of it. */
export interface Seats {
  /** Asks the portal for a seat; calls that want the same share one request. @throws what the portal said */
  obtain(entry: Entry, wanted: Wanted): Promise<void>;
  /**
   * Stores what the portal granted. A document that is older than the one held changes nothing.
   * @param replacing what it was granted for, a lease that must be held still
   * @throws AldabaError the `file-*` code, `lease-ended` for what was given back here meanwhile
   */
  accept(entry: Entry, grant: Grant, replacing?: string): Promise<void>;
  /** One conversation about seats of a product at a time; those of the same name are one. */
  inTurn(entry: Entry, name: string, work: () => Promise<void>): Promise<void>;
  /** The portal let a lease end that nobody uses: it is forgotten, and nobody hears a word. */
  drop(entry: Entry, leaseId: string): Promise<void>;
  /** The right ended by the portal's word. Programs that run are told, and may open and save. */
  lose(entry: Entry, leaseId: string, error: AldabaError): Promise<void>;
  /**
   * The portal let a lease end that programs use (the device slept, the portal was away): asks for another one, the old one counting by its
   * times until the answer. Never throws; when no seat is free the product is queued.
   */
  regain(entry: Entry): Promise<void>;
  /** The portal answered somebody, or the network is another one: what failed and waits is due within a second. */
  hurry(): void;
  /** Nobody waits for a seat any more: others come first from now. Never throws. */
  stopWaiting(entry: Entry): Promise<void>;
  /** A program takes up a lease that was about to go back. */
  takeUp(entry: Entry): Promise<void>;
  /** Starts the time after which an unused floating lease goes back. */
  lingerThenLeave(entry: Entry, term?: number): void;
  /** Gives the lease back now, unless it is used. */
  leave(entry: Entry): Promise<void>;
  /** The right does not count here any more, used or not; the portal is told as soon as it can be. */
  abandon(entry: Entry): Promise<void>;
  /** Tells the portal what it must still hear of this product. Never throws; what failed is tried again later. */
  tell(entry: Entry): Promise<void>;
  /** Something is still to be told or asked. */
  hasDebts(entry: Entry): boolean;
  /** A request of an earlier process that got no answer: repeats it, so that its seat is known, and drops what nobody wants. */
  settle(entry: Entry): Promise<void>;
}

export function createSeats(
  needs: Pick<Parts, 'ports' | 'gateway'> & {
    entries: Entries;
    receipts: Receipts;
    random: () => number;
    stopped: () => boolean;
  },
): Seats {
  const { ports, gateway, entries, receipts, random } = needs;
  const { stopped } = needs;
  const giveBack = createGiveBack({ ports, gateway, entries, receipts, askingTerm, stopped });
  const { clock, log } = ports;
  const accept = createAcceptGrant({ entries, giveBack, log });

  async function ask(entry: Entry, asking: NonNullable<LicenseRecord['asking']>): Promise<void> {
    entries.setAsking(entry);
    let grant: Grant;
    try {
      grant = await gateway.portal.licenses.acquire({
        idempotencyKey: asking.idempotencyKey,
        product: entry.product,
        version: asking.version,
        features: [...asking.features],
      });
    } catch (error) {
      const fault = asAldabaError(error);
      const meaning = whatFailed(fault.code);
      if (meaning !== 'undecided') await entries.update(entry, (record) => ({ ...record, asking: null }));
      if (meaning !== 'refused') entries.setAnswer(entry, { kind: 'unreachable', code: fault.code });
      else entries.setAnswer(entry, refusal(fault));
      throw fault;
    }
    await accept(entry, grant);
  }

  async function obtainOnce(entry: Entry, wanted: Wanted): Promise<void> {
    // A lease that is about to end must have ended before another is asked for: the portal hands the same one to the same device.
    await giveBack.tell(entry);
    await settle(entry);
    const held = entries.inEffect(entry);
    const enough = held !== null && entries.standing(entry).permit === 'full';
    if (!enough || !isVersionCovered(wanted.version, held.claims.versions)) await askAnew(entry, wanted);
  }

  async function askAnew(entry: Entry, wanted: Wanted): Promise<void> {
    try {
      await askOnce(entry, wanted);
    } catch (error) {
      const { code, data } = asAldabaError(error);
      const leaseId = data?.leaseId;
      if (code !== 'lease-reclaimed' || leaseId === undefined) throw error;
      await entries.inOneStep(entry, async () => {
        // Perhaps it is not known here that it was lent: what the portal needs is this device's word that it let go of it.
        await receipts.keep(entry, leaseId);
        await askOnce(entry, wanted);
      });
    }
  }

  async function askOnce(entry: Entry, wanted: Wanted): Promise<void> {
    // What was borrowed counts at the portal until it heard of the receipt: it would hand the same lease out again.
    const unheard = await receipts.tell(entry);
    if (unheard !== null) {
      entries.setAnswer(entry, { kind: 'unreachable', code: unheard.code });
      throw unheard;
    }
    const asking = {
      idempotencyKey: randomUUID(),
      version: wanted.version,
      features: [...wanted.features],
      at: new Date(entries.now()).toISOString(),
    };
    await entries.update(entry, (record) => ({ ...record, asking }));
    await ask(entry, asking);
  }

  /** One conversation about seats of a product at a time. */
  function inTurn(entry: Entry, name: string, work: () => Promise<void>): Promise<void> {
    const known = entry.flights.get(name);
    if (known !== undefined) return known;
    const before = [...entry.flights.values()].at(-1) ?? Promise.resolve();
    const flight = before
      .catch(() => undefined)
      .then(work)
      .finally(() => {
        entry.flights.delete(name);
        giveBack.lingerThenLeave(entry);
      });
    entry.flights.set(name, flight);
    return flight;
  }

  async function regain(entry: Entry): Promise<void> {
    const user = [...entry.uses.values()].find((use) => use.state === 'running');
    const lost = entry.record.right?.leaseId;
    if (user === undefined) {
      entry.queue = null;
      return;
    }
    try {
      await inTurn(entry, 'regain', () => askAnew(entry, user));
    } catch (error) {
      const fault = asAldabaError(error);
      if (whatFailed(fault.code) === 'refused' && lost !== undefined) {
        // One step for those who listen: what is shown is why no other seat was given.
        await removeRight(entry, lost);
        entries.setAnswer(entry, fault.code === 'no-seat-free' ? refusal(fault) : ended(fault));
      }
      if (whatFailed(fault.code) === 'refused' && fault.code !== 'no-seat-free') {
        entry.queue = null;
        return;
      }
      const tries = (entry.queue?.tries ?? 0) + 1;
      entry.queue = { at: clock.monotonic() + waitFor(fault, tries), tries };
    }
  }

  /** ms. Whoever has a place in the portal's queue comes when it says, or loses it. */
  function waitFor({ data }: AldabaError, tries: number): number {
    const limits = data?.queue === undefined ? queueLimits : turnLimits;
    return backoff(tries, limits, random, data?.retryAfter);
  }

  async function stopWaiting(entry: Entry): Promise<void> {
    const { queue, answer } = entry;
    entry.queue = null;
    const ticket = answer.kind === 'queued' ? answer.data?.queue?.ticket : undefined;
    if (queue === null || ticket === undefined || needs.stopped()) return;
    try {
      await gateway.portal.licenses.leaveQueue({ ticket });
    } catch (error) {
      // Without a word the portal takes it out of the queue in a minute and a half.
      log.info({ product: entry.product, code: asAldabaError(error).code }, 'the queue could not be left');
    }
  }

  async function lose(entry: Entry, leaseId: string, error: AldabaError): Promise<void> {
    if (entry.record.right?.leaseId !== leaseId) return;
    await entries.inOneStep(entry, async () => {
      // What was lent keeps its place until the portal has this device's word that it let go of it.
      await receipts.update(entry, without(leaseId));
      log.info({ product: entry.product, code: error.code }, 'the portal ended a right');
      entries.setAnswer(entry, ended(error));
      await receipts.tell(entry);
    });
  }

  function without(leaseId: string): (record: LicenseRecord) => LicenseRecord {
    return (record) => (record.right?.leaseId === leaseId ? { ...record, right: null } : record);
  }

  const removeRight = (entry: Entry, leaseId: string) => entries.update(entry, without(leaseId));

  async function settle(entry: Entry): Promise<void> {
    const { asking } = entry.record;
    if (asking === null) return;
    const age = entries.now() - Date.parse(asking.at);
    if (age > askingTerm || age < -askingTerm) {
      await entries.update(entry, (record) => ({ ...record, asking: null }));
      return;
    }
    try {
      await ask(entry, asking);
    } catch (error) {
      if (whatFailed(asAldabaError(error).code) === 'undecided') throw error;
      return;
    }
    giveBack.lingerThenLeave(entry);
  }

  /** Who waits for others to end is in the portal's queue, and comes when it said. */
  function hurry(): void {
    for (const { queue, answer } of entries.all()) {
      if (queue !== null && answer.kind === 'unreachable')
        queue.at = Math.min(queue.at, clock.monotonic() + random() * 1000);
    }
  }

  return {
    hurry,
    obtain: (entry, wanted) =>
      inTurn(entry, JSON.stringify([wanted.version, wanted.features]), () => obtainOnce(entry, wanted)),
    accept,
    inTurn,
    async drop(entry, leaseId) {
      await removeRight(entry, leaseId);
      entries.setAnswer(entry, { kind: 'none' });
    },
    lose,
    regain,
    stopWaiting,
    takeUp: giveBack.takeUp,
    lingerThenLeave: giveBack.lingerThenLeave,
    leave: giveBack.leave,
    abandon: giveBack.abandon,
    tell: giveBack.tell,
    hasDebts: ({ record }) =>
      record.releases.length > 0 || record.right?.leaving === true || record.asking !== null,
    settle,
  };
}
