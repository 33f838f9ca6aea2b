/**
 * The one way to the network: `fetch` of undici (proxy, extra CA) or Electron's `net.fetch`. Redirects are `manual`: a portal never
 * redirects an API call, a captive network does. Certificate faults surface as `AldabaError('portal-certificate')`.
 */
export interface Http {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}
