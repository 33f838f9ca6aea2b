import { AldabaError } from '../../contract/errors.ts';
import type { Grant } from '../../contract/portal/licenses.ts';
import type { Log } from '../ports/index.ts';
import { asAldabaError } from '../problem.ts';
import type { Entries } from './entries.ts';
import type { Entry } from './entry.ts';
import type { GiveBack } from './give-back.ts';
import type { LicenseRecord } from './license-record.ts';
import type { Seats } from './seats.ts';

type Right = NonNullable<LicenseRecord['right']>;

/** Storing what the portal granted: what {@link Seats} says of `accept`. */
export function createAcceptGrant(needs: {
  entries: Entries;
  giveBack: GiveBack;
  log: Log;
}): Seats['accept'] {
  const { entries, giveBack, log } = needs;

  async function accept(entry: Entry, grant: Grant, replacing?: string): Promise<void> {
    let claims: ReturnType<Entries['verified']>['claims'];
    try {
      claims = entries.verified(grant.document, entry.product).claims;
    } catch (error) {
      const fault = asAldabaError(error);
      log.error(
        { product: entry.product, code: fault.code, detail: fault.message },
        'the portal gave a document that does not verify',
      );
      const owes = { leaseId: grant.leaseId, until: grant.expiresAt };
      await entries.update(entry, (record) => ({
        ...record,
        asking: null,
        // A renewal that this client cannot read takes nothing from the programs that hold the document before.
        releases: record.right?.leaseId === grant.leaseId ? record.releases : [...record.releases, owes],
      }));
      entries.setAnswer(entry, { kind: 'refused', code: fault.code });
      throw fault;
    }
    const held = entry.right;
    await entries.updateAnyway(entry, (record) => {
      const before = record.right;
      if (replacing !== undefined && before?.leaseId !== replacing) return record;
      // Its receipt may be on its way to the portal, and ends it there whenever it comes.
      if (record.returned.includes(grant.leaseId)) return { ...record, asking: null };
      const older = before?.leaseId === grant.leaseId && held !== null && claims.seq < held.claims.seq;
      const right: Right = older
        ? { ...before, leaving: false, lapsedAt: null }
        : {
            leaseId: grant.leaseId,
            kind: grant.kind,
            document: grant.document,
            renewedAt: new Date(entries.now()).toISOString(),
            renewAfter: grant.renewAfter,
            leaving: false,
            lapsedAt: null,
            borrowDays: grant.borrowDays,
          };
      const cleared =
        before !== null && before.leaseId !== grant.leaseId ? giveBack.owed(entry, record) : record;
      const releases = cleared.releases.filter(({ leaseId }) => leaseId !== grant.leaseId);
      return { ...cleared, right, asking: null, releases };
    });
    if (entry.record.right?.leaseId !== grant.leaseId)
      throw new AldabaError('lease-ended', `${grant.leaseId} was given back or replaced meanwhile`);
    entry.queue = null;
    entry.lending = null;
    entries.setAnswer(entry, { kind: 'granted' });
  }

  return accept;
}
