import type { NetworkReport } from '../../contract/client/diagnosis.ts';

/**
 * The one way to the network: `fetch` of undici (proxy, extra CA) or Electron's `net.fetch`. Redirects are `manual`: a portal never
 * redirects an API call, a captive network does. Certificate faults surface as `AldabaError('portal-certificate')`.
 */
export interface Http {
  /** How requests to `url` leave this machine and which certificates answer, for the diagnosis. Absent: this network cannot tell. */
  inspect?(url: string, signal: AbortSignal): Promise<NetworkReport>;
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}
