import { AldabaError } from '../../contract/errors.ts';
import type { Release } from '../../contract/portal/release.ts';
import type { Gateway } from '../parts.ts';

/** What the portal offers for download, as it was listed last. */
export interface OfferedReleases {
  /** Asks the portal anew. */
  list(signal?: AbortSignal): Promise<Release[]>;
  /** Asks only for one that was not listed. @throws AldabaError `not-found`, and what keeps the portal from being asked */
  find(releaseId: string): Promise<Release>;
}

export function createOfferedReleases(gateway: Gateway): OfferedReleases {
  let listed: Release[] = [];

  async function list(signal?: AbortSignal): Promise<Release[]> {
    const { releases } = await gateway.portal.licenses.releases({}, signal === undefined ? {} : { signal });
    listed = releases;
    return releases;
  }

  return {
    list,
    async find(releaseId) {
      const isIt = (release: Release) => release.id === releaseId;
      const release = listed.find(isIt) ?? (await list()).find(isIt);
      if (release === undefined) throw new AldabaError('not-found', `no release ${releaseId}`);
      return release;
    },
  };
}
