import { AldabaError } from '../../contract/errors.ts';
import { type PortalDescription, portalDescriptionSchema } from '../../contract/portal/description.ts';
import { networkFault } from '../adapters/network-fault.ts';
import type { Http } from '../ports/http.ts';
import { readPortalAnswer } from './portal-answer.ts';

/**
 * Asks whether an Aldaba portal answers at `address` (normalized).
 *
 * @throws AldabaError `portal-not-aldaba` when something else does; else what stands in between: `network-*`, `portal-captive`,
 * `portal-certificate`, `portal-failed`, `portal-truncated`
 */
export async function checkPortal(
  http: Http,
  address: string,
  signal: AbortSignal,
): Promise<PortalDescription> {
  const other = (detail: string, cause?: unknown) =>
    new AldabaError('portal-not-aldaba', `no Aldaba portal at ${address}: ${detail}`, { detail }, { cause });
  try {
    const url = `${address}/.well-known/aldaba.json`;
    const request = { url, method: 'GET', headers: new Headers(), body: null, signal };
    const answer = await readPortalAnswer(await http.fetch(request));
    if (answer.status >= 400) throw other(`HTTP ${answer.status}`);
    const description = portalDescriptionSchema.safeParse(answer.json);
    if (!description.success) throw other('marker');
    return description.data;
  } catch (error) {
    const fault = networkFault(error);
    const detail = fault.data?.detail ?? fault.code;
    if (fault.code === 'portal-html' || fault.code === 'portal-refused') throw other(detail, fault);
    // OpenSSL's words for an answer that is no TLS at all: something else listens there.
    if (detail === 'ERR_SSL_WRONG_VERSION_NUMBER' || detail === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
      throw other(detail, fault);
    throw fault;
  }
}
