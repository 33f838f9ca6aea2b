import { AldabaError } from '../../contract/errors.ts';
import { networkFault } from '../adapters/network-fault.ts';

/** An answer of the portal's interface, read whole. */
export interface PortalAnswer {
  status: number;
  headers: Headers;
  /** UTC in ms by the `Date` header (RFC 9110, 6.6.1), null without one. */
  serverTime: number | null;
  /** Parsed JSON; undefined when there is no body. */
  json: unknown;
}

/** The largest page of contacts is far below; an endless body ends here. Bytes. */
const maximumBody = 16 * 1024 * 1024;

async function readText(response: Response): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body) {
      length += chunk.byteLength;
      if (length > maximumBody)
        throw new AldabaError('portal-failed', 'answer too long', { detail: 'too-long' });
      chunks.push(chunk);
    }
  } catch (error) {
    const fault = networkFault(error);
    // Once headers came, a connection that breaks has cut the body short, whatever the socket calls it.
    if (fault.code === 'portal-failed' && fault !== error) {
      throw new AldabaError('portal-truncated', fault.message, fault.data, { cause: error });
    }
    throw fault;
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function isHtml(contentType: string, text: string): boolean {
  return (
    /^(text\/html|application\/xhtml\+xml)/i.test(contentType) ||
    /^\s*(<!doctype\s+html|<html[\s>])/i.test(text)
  );
}

/** A page that wants a person to sign in or to go elsewhere: what a guest network answers in a portal's place. */
function looksLikeGate(html: string): boolean {
  return /<form[\s>]|type\s*=\s*["']?password|http-equiv\s*=\s*["']?refresh|window\.location|location\.(href|replace)/i.test(
    html,
  );
}

/** Where a redirect leads, for the log and the person: host only. */
function hostOf(location: string | null): string {
  if (location === null) return 'redirect';
  try {
    return new URL(location, 'https://relative.invalid').host;
  } catch {
    return 'redirect';
  }
}

/**
 * Reads an answer for an address that only ever answers JSON without redirecting, and says what stands in between when it does not:
 * `portal-captive`, `portal-html`, `portal-truncated`, `portal-failed` (5xx), `portal-refused` (4xx).
 */
export async function readPortalAnswer(response: Response): Promise<PortalAnswer> {
  const { status, headers } = response;
  const http = `HTTP ${status}`;
  if (status >= 300 && status < 400) {
    await response.body?.cancel().catch(() => undefined);
    throw new AldabaError('portal-captive', `redirected (${http})`, {
      detail: hostOf(headers.get('location')),
    });
  }
  const date = Date.parse(headers.get('date') ?? '');
  const serverTime = Number.isNaN(date) ? null : date;
  const text = await readText(response);
  const contentType = headers.get('content-type') ?? '';
  // Network Authentication Required, RFC 6585, 6.
  if (status === 511) throw new AldabaError('portal-captive', http, { detail: http });
  if (isHtml(contentType, text)) {
    if (status >= 500) throw new AldabaError('portal-failed', `HTML with ${http}`, { detail: http });
    if (looksLikeGate(text))
      throw new AldabaError('portal-captive', `sign-in page with ${http}`, { detail: http });
    throw new AldabaError('portal-html', `HTML with ${http}`, { detail: http });
  }
  if (/^application\/([\w.-]+\+)?json\b/i.test(contentType)) {
    try {
      return { status, headers, serverTime, json: JSON.parse(text) };
    } catch (error) {
      throw new AldabaError(
        'portal-truncated',
        `broken JSON with ${http}`,
        { detail: http },
        { cause: error },
      );
    }
  }
  if (status >= 500) throw new AldabaError('portal-failed', http, { detail: http });
  if (status >= 400) throw new AldabaError('portal-refused', http, { detail: http });
  if (text === '') return { status, headers, serverTime, json: undefined };
  throw new AldabaError('portal-failed', `${contentType || 'no content type'} with ${http}`, {
    detail: http,
  });
}
