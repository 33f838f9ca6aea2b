import type { Entry } from './entry.ts';
import type { KeptAside } from './kept-aside.ts';
import type { LicenseRecord } from './license-record.ts';
import type { LicenseStore } from './license-store.ts';

type Documents = Pick<LicenseRecord, 'right' | 'license'>;

/** What of a record on disk is not this process's to change. */
export interface NotOwn {
  /** The device key is in memory alone: nothing on disk is bound to it. */
  isForgotten: boolean;
  /** A document is genuine and bound to another device key: another keychain holds it, and a process that finds it there. */
  isForeign(document: string): boolean;
}

/** The record as this process may use it: what is bound to another key is not there, nor what the portal takes from that key alone. */
export function ownPart(record: LicenseRecord, notOwn: NotOwn): LicenseRecord {
  if (notOwn.isForgotten) return { ...record, right: null, license: null, asking: null, releases: [] };
  const { right, license } = foreignPart(record, notOwn);
  if (right === null && license === null) return record;
  return {
    ...record,
    right: right === null ? record.right : null,
    license: license === null ? record.license : null,
  };
}

function foreignPart({ right, license }: Documents, { isForgotten, isForeign }: NotOwn): Documents {
  return {
    right: right !== null && (isForgotten || isForeign(right.document)) ? right : null,
    license: license !== null && (isForgotten || isForeign(license.document)) ? license : null,
  };
}

/** What a copy is made of before an own one takes its place: a lease alone is over in minutes. */
function lostBy(after: Documents, theirs: Documents): string {
  const right = after.right !== null && theirs.right?.kind !== 'lease' ? theirs.right : null;
  return JSON.stringify([right?.document, after.license === null ? null : theirs.license?.document]);
}
const nothing = lostBy({ right: null, license: null }, { right: null, license: null });

/**
 * Changes an entry's record on disk. What there is bound to another device key stays: the process that finds that key is another one of this
 * profile, and a command that is run from afar, or with its secrets elsewhere, must not cost the machine its license. An own right takes its
 * place, and is written once the file was copied aside. Without a keychain right and license stay in memory: their key is forgotten at the end.
 *
 * @returns the record as it is now for this process, and the copy of what went
 */
export async function changeRecord(
  store: LicenseStore,
  entry: Entry,
  notOwn: NotOwn,
  change: (record: LicenseRecord) => LicenseRecord,
): Promise<{ record: LicenseRecord; aside: KeptAside | null }> {
  const { isForgotten } = notOwn;
  const { right, license, asking, releases } = entry.record;
  let copied = nothing;
  let aside: KeptAside | null = null;
  for (;;) {
    let record = entry.record;
    let lost = nothing;
    await store.update(entry.product, (stored) => {
      const theirs = foreignPart(stored, notOwn);
      const own =
        isForgotten || entry.unkept
          ? { ...stored, right, license, asking, releases }
          : ownPart(stored, notOwn);
      record = change(own);
      if (record === own && (isForgotten || !entry.unkept)) return stored;
      if (isForgotten) return { ...record, ...theirs, asking: stored.asking, releases: stored.releases };
      lost = lostBy(record, theirs);
      if (lost !== nothing && lost !== copied) return stored;
      if (theirs.right === null && theirs.license === null) return record;
      return { ...record, right: record.right ?? theirs.right, license: record.license ?? theirs.license };
    });
    if (lost === nothing || lost === copied) {
      entry.unkept = isForgotten;
      return { record, aside };
    }
    aside = await store.setAside(entry.product, 'file-wrong-device');
    copied = lost;
  }
}
