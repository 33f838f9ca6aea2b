import type { AppState, Download } from '../../../contract/client/state.ts';
import type { Release } from '../../../contract/portal/release.ts';
import { compareVersions } from '../../../domain/version-range.ts';

type Platform = AppState['client']['platform'];

export interface ProductReleases {
  readonly product: string;
  readonly productName: string;
  /** For this machine: the newest that is not a preview, then the others, newest version first. */
  readonly mine: readonly Release[];
  /** For other systems: system by system, newest version first. */
  readonly others: readonly Release[];
}

/** Releases by product, products by name in the person's language; those with something for this machine come first. */
export function groupReleases(
  releases: readonly Release[],
  platform: Platform,
  locale: string,
): ProductReleases[] {
  return [...Map.groupBy(releases, (release) => release.product)]
    .map(([product, list]) => {
      const sorted = list.toSorted(
        (a, b) =>
          a.platform.localeCompare(b.platform) ||
          compareVersions(b.version, a.version) ||
          b.publishedAt.localeCompare(a.publishedAt),
      );
      return {
        product,
        productName: list[0]?.productName ?? product,
        mine: mainFirst(sorted.filter((release) => release.platform === platform)),
        others: sorted.filter((release) => release.platform !== platform),
      };
    })
    .sort(
      (a, b) =>
        Number(b.mine.length > 0) - Number(a.mine.length > 0) ||
        a.productName.localeCompare(b.productName, locale),
    );
}

function mainFirst(list: readonly Release[]): Release[] {
  const main = list.find((release) => release.channel === 'stable');
  return main === undefined ? [...list] : [main, ...list.filter((release) => release !== main)];
}

/** Downloads of releases that the list does not have: withdrawn meanwhile, or the list could not be read. */
export function orphansOf(downloads: readonly Download[], releases: readonly Release[]): Download[] {
  return downloads.filter(({ releaseId }) => !releases.some(({ id }) => id === releaseId));
}
