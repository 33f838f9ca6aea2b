import type { AppState } from '../../../contract/client/state.ts';
import type { Release } from '../../../contract/portal/licenses.ts';
import { compareVersions } from '../../../domain/version-range.ts';

type Platform = AppState['client']['platform'];

export interface ProductReleases {
  readonly product: string;
  readonly productName: string;
  /** Newest version first. */
  readonly releases: readonly Release[];
}

/** Releases by product, products by name in the person's language; `platform` null keeps every system's. */
export function groupReleases(
  releases: readonly Release[],
  platform: Platform | null,
  locale: string,
): ProductReleases[] {
  const groups = Map.groupBy(
    releases.filter((release) => platform === null || release.platform === platform),
    (release) => release.product,
  );
  return [...groups]
    .map(([product, list]) => ({
      product,
      productName: list[0]?.productName ?? product,
      releases: list.toSorted(
        (a, b) =>
          compareVersions(b.version, a.version) ||
          a.platform.localeCompare(b.platform) ||
          b.publishedAt.localeCompare(a.publishedAt),
      ),
    }))
    .sort((a, b) => a.productName.localeCompare(b.productName, locale));
}
