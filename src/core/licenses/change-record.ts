import type { Entry } from './entry.ts';
import type { LicenseRecord } from './license-record.ts';
import type { LicenseStore } from './license-store.ts';

/**
 * Changes an entry's record on disk. Without a keychain the key of this process, and with it what only that key can use, is forgotten at its end:
 * right and license stay in memory then, and those on disk, which belong to the key in the keychain, stay as they are. A command that is run from
 * afar meets no keychain, and must not cost the machine its license.
 *
 * @param isForgotten whether the device key is in memory alone
 * @returns the record as it is now
 */
export async function changeRecord(
  store: LicenseStore,
  entry: Entry,
  isForgotten: boolean,
  change: (record: LicenseRecord) => LicenseRecord,
): Promise<LicenseRecord> {
  if (!isForgotten && !entry.unkept) return store.update(entry.product, change);
  const { right, license } = entry.record;
  let after = entry.record;
  await store.update(entry.product, (stored) => {
    const own = { ...stored, right, license };
    after = change(own);
    if (!isForgotten) return after;
    return after === own ? stored : { ...after, right: stored.right, license: stored.license };
  });
  entry.unkept = isForgotten;
  return after;
}
