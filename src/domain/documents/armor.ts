import type { DocumentKind } from '../../contract/documents.ts';
import { maximumFileLength } from '../../contract/file-length.ts';
import type { FileProblem } from './problem.ts';

/** Columns of the body (RFC 7468, 2). */
const columns = 64;
/** Longest header value, so that no mail program wraps the line (RFC 5322, 2.1.1: 78 characters). */
const maximumHeaderValue = 60;

const labels: Readonly<Record<DocumentKind, string>> = {
  lease: 'LEASE',
  'offline-pass': 'OFFLINE PASS',
  license: 'LICENSE',
  borrow: 'BORROWED LICENSE',
  'activation-request': 'ACTIVATION REQUEST',
  'return-receipt': 'RETURN RECEIPT',
  certificate: 'CERTIFICATE',
};
const kinds = new Map(Object.entries(labels).map(([kind, label]) => [label, kind as DocumentKind]));

const opening = '-----BEGIN ALDABA';
const beginMark = /-----BEGIN ALDABA ([A-Z ]{1,40})-----/g;
const endMark = /-----END ALDABA ([A-Z ]{1,40})-----/g;
const headerLine = /^([A-Za-z][A-Za-z-]{0,39}):(?:\s+(.*))?$/;
/** The last header with something behind it: the line ends are lost. The body begins there; it has no colon, and no digit first. */
const joinedLength = /(Length:[ \t]*\d{1,6})(?=[ \t]*[A-Za-z_-])/g;
/** Byte order mark and the spaces of no width that mail programs and editors add. */
const invisible = /[\uFEFF\u200B-\u200D\u2060]/gu;

export interface ArmoredDocument {
  readonly jws: string;
  /** What its BEGIN line calls it; undefined for a bare JWS. Nobody signed that either: it says where to take a document, not what it is. */
  readonly kind: DocumentKind | undefined;
  /**
   * The readable lines. Nobody signed them: fit for showing what a file claims to be before it is verified, for nothing else.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** Characters that the document had when it was written; tells a cut file from a changed one. Not trusted either. */
  readonly declaredLength: number | undefined;
}

/**
 * Writes a document as text that survives mail and editors: readable header, body of base64url and dots, lines of 64 characters.
 *
 * @param headers what a person sees first, in this order; names of ASCII letters and dashes, values cut to 60 characters
 */
export function formatArmor({
  kind,
  jws,
  headers = [],
}: {
  kind: DocumentKind;
  jws: string;
  headers?: readonly (readonly [name: string, value: string])[];
}): string {
  const lines = headers.map(([name, value]) => `${name}: ${oneLine(value)}`);
  const body = jws.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [];
  return [
    `-----BEGIN ALDABA ${labels[kind]}-----`,
    ...lines,
    // The last header is short, so that a wrapped line above it can never be taken for the body.
    `Length: ${jws.length}`,
    '',
    ...body,
    `-----END ALDABA ${labels[kind]}-----`,
    '',
  ].join('\n');
}

/**
 * Finds the first document in a text: a file as it was written, one that passed through mail (CRLF, indentation, quoting with `>`, other
 * line ends or none, text around it), or a bare JWS. Says nothing about whether the document is genuine.
 */
export function parseArmor(
  text: string,
): { readonly ok: true; readonly value: ArmoredDocument } | ({ readonly ok: false } & FileProblem) {
  if (text.length > maximumFileLength) {
    return { ok: false, code: 'file-too-large', detail: `${text.length} characters` };
  }
  const lines = text
    .replace(invisible, '')
    .split(/\r\n|\r|\n/)
    .map((line) => line.replace(/^[\s>|]+/, '').trimEnd());
  const cleaned = lines.join('\n');
  const begin = findMark(cleaned, beginMark, 'first');
  if (begin === undefined) return parseBare(lines, findMark(cleaned, endMark, 'last') !== undefined);
  const inside = cleaned.slice(begin.end);
  // A company may be called like an END: only where no line begins with one is it looked for elsewhere, and the last is it.
  const end = findMark(inside, endMark, 'last');
  if (end === undefined) return { ok: false, code: 'file-truncated', detail: 'no END line' };

  const kind = kinds.get(begin.label);
  if (kind === undefined || begin.label !== end.label) {
    return { ok: false, code: 'file-tampered', detail: 'BEGIN and END do not fit' };
  }
  const block = inside
    .slice(0, end.start)
    .replace(joinedLength, '\n$1\n')
    .split('\n')
    .map((line) => line.trim());
  const headers: Record<string, string> = Object.create(null);
  for (const line of block) {
    const match = line.match(headerLine);
    if (match?.[1] !== undefined) headers[match[1]] = match[2] ?? '';
  }
  const bodyStart = block.findLastIndex((line) => headerLine.test(line)) + 1;
  const jws = block
    .slice(bodyStart)
    .join('')
    .replace(/[\s>|]+/g, '');
  const length = /^\d{1,6}$/.test(headers.Length ?? '') ? Number(headers.Length) : undefined;
  return { ok: true, value: { jws, kind, headers, declaredLength: length } };
}

/** The first mark that begins a line; where none does, because line ends were lost, the first or last one anywhere. */
function findMark(
  text: string,
  mark: RegExp,
  otherwise: 'first' | 'last',
): { readonly start: number; readonly end: number; readonly label: string } | undefined {
  const found = [...text.matchAll(mark)];
  const match =
    found.find(({ index }) => index === 0 || text[index - 1] === '\n') ??
    found.at(otherwise === 'first' ? 0 : -1);
  return match === undefined
    ? undefined
    : { start: match.index, end: match.index + match[0].length, label: match[1] ?? '' };
}

function parseBare(lines: readonly string[], hasEnd: boolean): ReturnType<typeof parseArmor> {
  if (hasEnd) return { ok: false, code: 'file-truncated', detail: 'no BEGIN line' };
  const text = lines.join('').replace(/\s+/g, '');
  // Compared without spaces, because a cut can fall anywhere in the line.
  const start = opening.replace(' ', '');
  if (start.startsWith(text) || text.includes(start)) {
    return { ok: false, code: 'file-truncated', detail: 'cut in its first line' };
  }
  if (!/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){0,4}$/.test(text)) {
    return { ok: false, code: 'file-format', detail: 'no document in it' };
  }
  return { ok: true, value: { jws: text, kind: undefined, headers: {}, declaredLength: undefined } };
}

function oneLine(value: string): string {
  const line = value.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length <= maximumHeaderValue ? line : `${line.slice(0, maximumHeaderValue - 1).trimEnd()}…`;
}
