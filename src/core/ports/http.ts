import type { NetworkReport } from '../../contract/client/diagnosis.ts';

/**
 * What is asked of the network. No `Request`: its `signal` follows the one that it was made with only until it is collected, and from then on
 * nothing ends the body that comes.
 */
export interface HttpRequest {
  /** Absolute. */
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | null;
  /** Ends the request, and afterwards the body of its answer. */
  readonly signal: AbortSignal;
}

/**
 * The one way to the network: `fetch` of undici (proxy, extra CA) or Electron's `net.fetch`. Redirects are `manual`: a portal never
 * redirects an API call, a captive network does. Certificate faults surface as `AldabaError` `portal-certificate`, a file
 * of further authorities that cannot be used as `network-certificate-file`.
 */
export interface Http {
  /** How requests to `url` leave this machine and which certificates answer, for the diagnosis. Absent: this network cannot tell. */
  inspect?(url: string, signal: AbortSignal): Promise<NetworkReport>;
  fetch(request: HttpRequest): Promise<Response>;
  close(): Promise<void>;
}
