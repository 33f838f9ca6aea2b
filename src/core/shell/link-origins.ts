import { checkPortal } from '../gateway/check-portal.ts';
import type { Ports } from '../ports/index.ts';

/** The vendor's own pages. */
const vendorOrigin = 'https://aldaba.example';

/** Addresses whose origins a link of the window may lead to: the vendor's, the portal's, and where that portal sells. */
export async function linkOrigins({
  settings,
  http,
}: Pick<Ports, 'settings' | 'http'>): Promise<readonly string[]> {
  const { portal } = settings.current();
  if (portal === null) return [vendorOrigin];
  const description = await checkPortal(http, portal, AbortSignal.timeout(5000)).catch(() => null);
  return [vendorOrigin, portal, description?.buyUrl ?? portal];
}
