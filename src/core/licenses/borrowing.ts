import { randomUUID } from 'node:crypto';
import type { Use } from '../../contract/client/state.ts';
import { AldabaError, type ErrorCode } from '../../contract/errors.ts';
import type { Licenses, Parts } from '../parts.ts';
import { asAldabaError } from '../problem.ts';
import type { Entries } from './entries.ts';
import { type Entry, isOver } from './entry.ts';
import type { Keeper } from './keeper.ts';
import { hasRunOut, whatFailed } from './portal-codes.ts';
import type { Receipts } from './receipts.ts';
import type { Seats } from './seats.ts';

/** Taking a floating lease away from the network, and giving it back before its time (ADR 0060). */
export function createBorrowing(
  needs: Pick<Parts, 'ports' | 'gateway' | 'session'> & {
    entries: Entries;
    receipts: Receipts;
    seats: Seats;
    keeper: Keeper;
  },
): Pick<Licenses, 'borrow' | 'returnBorrowed'> {
  const { ports, gateway, session, entries, receipts, seats, keeper } = needs;

  /** The product, once the disk was read and if this use runs with it. */
  async function entryFor(product: string, use: Use | undefined): Promise<Entry> {
    await keeper.ready();
    const entry = entries.get(product);
    if (use === undefined || entry.uses.get(use.id)?.state === 'running') return entry;
    entries.forget(entry);
    throw new AldabaError('not-licensed', `the program holds nothing of ${product}`, { product });
  }

  function refused(entry: Entry, code: ErrorCode, why: string): AldabaError {
    entries.forget(entry);
    return new AldabaError(code, why, { product: entry.names.product });
  }

  /** The lease to lend. For how many days is the portal's to say: what it said last may be a day old. */
  function lendable(entry: Entry): string {
    const { right } = entry.record;
    const product = entry.names.product;
    if (session.mode === 'standalone')
      throw refused(entry, 'borrow-unavailable', 'a license is on this device anyway');
    if (right === null) throw refused(entry, 'not-licensed', `nothing of ${entry.product} is held`);
    const inEffect = entry.right;
    const floats = inEffect?.kind === 'lease' && inEffect.claims.seatKind === 'floating';
    if (right.kind !== 'borrow' && !floats)
      throw refused(entry, 'borrow-unavailable', `${entry.product} is kept as it is`);
    if (ports.secrets.backend === 'memory')
      throw new AldabaError(
        'keychain-unavailable',
        'what is bound to this device key ends with this process',
        { product },
      );
    return right.leaseId;
  }

  async function askFor(entry: Entry, leaseId: string, days: number): Promise<void> {
    // From here on it may be lent, also while nobody answers.
    entry.lending = leaseId;
    const grant = await gateway.portal.licenses.borrow({ leaseId, days }).catch((error: unknown) => {
      if (whatFailed(asAldabaError(error).code) !== 'undecided') entry.lending = null;
      throw error;
    });
    try {
      await seats.accept(entry, grant, leaseId);
    } catch (error) {
      // It went while the portal was asked (a sign-out): what is lent to nobody would keep its place for days.
      if (entry.record.right?.leaseId !== leaseId) await receipts.keep(entry, leaseId);
      throw error;
    }
  }

  /** The portal says that there is nothing to lend because the lease is over: what a renewal would have heard. */
  async function follow(entry: Entry, leaseId: string, fault: AldabaError): Promise<void> {
    if (entry.record.right?.leaseId !== leaseId) return;
    if (fault.code === 'lease-reclaimed') return seats.lose(entry, leaseId, fault);
    const ended =
      fault.code === 'lease-ended' || (hasRunOut(fault.code) && isOver(entry.right, entries.now()));
    if (!ended) return;
    if (entry.uses.size > 0) await seats.regain(entry);
    else await seats.drop(entry, leaseId);
  }

  /** In turn with whatever else the portal is asked about the product, and shared with nobody. */
  function alone<T>(entry: Entry, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const turn = seats.inTurn(entry, randomUUID(), async () => resolve(await work()));
      turn.catch(reject);
    });
  }

  return {
    async borrow(product, days, use) {
      const entry = await entryFor(product, use);
      lendable(entry);
      // Nobody may use it: until it is borrowed it would go back.
      entry.linger?.cancel();
      entry.linger = null;
      let leaseId = '';
      try {
        await alone(entry, async () => {
          await seats.takeUp(entry);
          leaseId = lendable(entry);
          await askFor(entry, leaseId, days);
        });
      } catch (error) {
        const fault = asAldabaError(error);
        await follow(entry, leaseId, fault);
        throw fault;
      } finally {
        keeper.plan();
      }
    },

    async returnBorrowed(product, use) {
      const entry = await entryFor(product, use);
      const nothing = `nothing of ${product} is borrowed`;
      if (entry.record.right?.kind !== 'borrow') throw refused(entry, 'not-borrowed', nothing);
      entry.queue = null;
      try {
        return await entries.inOneStep(entry, async () => {
          const given = await alone(entry, async () => {
            const receipt = await receipts.update(entry, (record) =>
              record.right?.kind === 'borrow' ? { ...record, right: null } : record,
            );
            if (receipt === null) throw refused(entry, 'not-borrowed', nothing);
            entries.setAnswer(entry, { kind: 'released' });
            return receipts.handOver(entry, receipt);
          });
          if (given.told && entry.right === null) await seats.regain(entry);
          return given;
        });
      } finally {
        keeper.plan();
      }
    },
  };
}
