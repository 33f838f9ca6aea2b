import { type DocumentHeader, type DocumentKind, documentHeaderSchema } from '../../contract/documents.ts';
import { isCanonicalBase64Url } from './base64url.ts';
import { kindOfType } from './claims.ts';
import type { DocumentCrypto } from './document-crypto.ts';
import type { FileProblem } from './problem.ts';

/** Longest accepted JWS in characters: the limit of `jwsSchema`. */
export const maximumJwsLength = 32_768;

/** Characters of a 64-byte signature in base64url. */
const signatureLength = 86;

/** A JSON object in base64url begins so: `{"`. Tells a damaged document from a text that never was one. */
const headerStart = 'eyJ';

export interface CompactParts {
  /** base64url, as it stands in the text. */
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
}

type Parsed<T> = { readonly ok: true; readonly value: T } | ({ readonly ok: false } & FileProblem);

/** Splits a compact JWS (RFC 7515, 3.1). Says of a text that is none whether it is cut short, damaged or something else. */
export function splitCompact(jws: string): Parsed<CompactParts> {
  if (jws.length > maximumJwsLength)
    return { ok: false, code: 'file-too-large', detail: `${jws.length} characters` };
  const first = jws.indexOf('.');
  const second = first === -1 ? -1 : jws.indexOf('.', first + 1);
  const ours = jws.startsWith(headerStart);
  if (jws === '') return { ok: false, code: 'file-truncated', detail: 'empty' };
  if (second === -1 || second === jws.length - 1 || second === first + 1) {
    return ours
      ? { ok: false, code: 'file-truncated', detail: 'a part is missing' }
      : { ok: false, code: 'file-format', detail: 'not three parts' };
  }
  const parts = {
    header: jws.slice(0, first),
    payload: jws.slice(first + 1, second),
    signature: jws.slice(second + 1),
  };
  if (!ours) return { ok: false, code: 'file-format', detail: 'no JSON header' };
  if (!plainText.test(parts.payload) || !plainText.test(parts.header)) {
    return { ok: false, code: 'file-tampered', detail: 'foreign characters' };
  }
  if (parts.signature.length < signatureLength && plainText.test(parts.signature)) {
    return { ok: false, code: 'file-truncated', detail: 'short signature' };
  }
  if (parts.signature.length !== signatureLength || !isCanonicalBase64Url(parts.signature)) {
    return { ok: false, code: 'file-tampered', detail: 'malformed signature' };
  }
  return { ok: true, value: parts };
}

const plainText = /^[A-Za-z0-9_-]+$/;

/** Reads a header. One that calls itself ours but breaks a rule (another algorithm, an unknown member) is damaged. */
export function parseHeader(
  part: string,
  crypto: DocumentCrypto,
): Parsed<{ header: DocumentHeader; kind: DocumentKind }> {
  const raw = parseJson(crypto.decodeUtf8(crypto.decodeBase64Url(part)));
  if (raw === undefined) return { ok: false, code: 'file-tampered', detail: 'header is no JSON' };
  const parsed = documentHeaderSchema.safeParse(raw);
  if (!parsed.success) {
    return callsItselfOurs(raw)
      ? { ok: false, code: 'file-tampered', detail: 'header breaks the rules' }
      : { ok: false, code: 'file-format', detail: 'header of another kind of document' };
  }
  const kind = kindOfType(parsed.data.typ);
  if (kind === undefined) return { ok: false, code: 'file-format', detail: 'unknown type' };
  return { ok: true, value: { header: parsed.data, kind } };
}

function callsItselfOurs(raw: unknown): boolean {
  if (typeof raw !== 'object' || raw === null) return false;
  if ('typ' in raw && typeof raw.typ === 'string' && raw.typ.startsWith('aldaba-')) return true;
  return 'chain' in raw;
}

/** undefined for text that is no JSON; JSON itself has no undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
