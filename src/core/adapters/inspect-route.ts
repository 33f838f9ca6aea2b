import type { X509Certificate } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { TLSSocket } from 'node:tls';
import type { Dispatcher } from 'undici';
import type { Certificate, NetworkReport } from '../../contract/client/diagnosis.ts';

/** Longest chain that is reported; OpenSSL verifies no deeper by default than 100, real ones have three or four. */
const longestChain = 20;

/** What undici publishes when a connection stands or fails (its documentation, "Diagnostics Channel Support"). */
interface Connected {
  readonly connectParams: { readonly host: string };
  readonly socket?: unknown;
}

function isConnected(message: unknown): message is Connected {
  if (typeof message !== 'object' || message === null || !('connectParams' in message)) return false;
  const params = message.connectParams;
  return typeof params === 'object' && params !== null && 'host' in params && typeof params.host === 'string';
}

function chainOf(socket: TLSSocket): Certificate[] {
  const chain: Certificate[] = [];
  let next: X509Certificate | undefined = socket.getPeerX509Certificate();
  while (next !== undefined && chain.length < longestChain) {
    chain.push({
      subject: next.subject.replaceAll('\n', ', '),
      issuer: next.issuer.replaceAll('\n', ', '),
      validFrom: next.validFromDate.toISOString(),
      validTo: next.validToDate.toISOString(),
      fingerprint: next.fingerprint256,
    });
    const issuer: X509Certificate | undefined = next.issuerCertificate;
    next = issuer?.fingerprint256 === next.fingerprint256 ? undefined : issuer;
  }
  return chain;
}

/**
 * Asks for `url` and tells which hosts were connected to on the way and which certificates the last one showed. No secret is sent.
 * Never throws: what stands in the way is told by the request itself.
 *
 * @param dispatcher of undici, which goes on whatever the certificates are worth
 * @returns `hosts`: with their port, as connected to; a proxy is one of them
 */
export async function inspectRoute(
  url: string,
  dispatcher: Promise<Dispatcher>,
  signal: AbortSignal,
): Promise<Pick<NetworkReport, 'certificates' | 'trusted' | 'distrust'> & { hosts: readonly string[] }> {
  const { request } = await import('undici');
  const hosts: string[] = [];
  const nothing = { certificates: [], trusted: null, distrust: null };
  let found: Pick<NetworkReport, 'certificates' | 'trusted' | 'distrust'> = nothing;
  const seen = (message: unknown) => {
    if (!isConnected(message)) return;
    const { host } = message.connectParams;
    hosts.push(host);
    const { socket } = message;
    if (host !== new URL(url).host || !(socket instanceof TLSSocket)) return;
    const fault: unknown = socket.authorizationError;
    found = {
      certificates: chainOf(socket),
      trusted: socket.authorized,
      distrust: socket.authorized
        ? null
        : String(fault instanceof Error && 'code' in fault ? fault.code : fault),
    };
  };
  const channels = ['undici:client:connected', 'undici:client:connectError'];
  for (const channel of channels) subscribe(channel, seen);
  try {
    const { body } = await request(url, { dispatcher: await dispatcher, signal, method: 'HEAD' });
    await body.dump();
  } catch {
    // Told by whoever asks in earnest.
  } finally {
    for (const channel of channels) unsubscribe(channel, seen);
    await dispatcher.then((used) => used.destroy()).catch(() => undefined);
  }
  return { hosts, ...found };
}
