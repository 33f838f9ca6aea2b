/** Names of fields whose values never reach a log, whoever logs them. */
const secretName =
  /^(.*(password|passphrase|secret|token|ticket|credential)s?|key|.*(license|cloud|private|api|device)[-_]?key|authorization|proxy-authorization|cookie|set-cookie|dpop|proof|pin|otp|pem|document|documents|jws|content)$/i;
/** An address is a person: enough is left to tell two apart. */
const emailName = /^(e-?mail|user(name)?)$/i;
const removed = '[redacted]';

/**
 * The same with compact JWS taken out of a run of words and dots, wherever they begin in it. Part by part: what others sent reaches the log, so
 * the work has to grow with the text and not with its square.
 */
function withoutDocuments(run: string): string {
  const parts = run.split('.');
  const kept: string[] = [];
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at] ?? '';
    const start = parts[at + 1] && parts[at + 2] ? part.search(/\beyJ[\w-]{8,}$/) : -1;
    kept.push(start === -1 ? part : part.slice(0, start) + removed);
    if (start !== -1) at += 2;
  }
  return kept.join('.');
}

function redactText(text: string): string {
  return (
    text
      // Credentials inside an address.
      .replace(/\/\/[^/@\s]+@/g, '//***@')
      .replace(/([?&](?:ticket|token|code|key|secret)=)[^&\s"']+/gi, `$1${removed}`)
      // License and cloud keys as they are written (domain/license-key).
      .replace(/\bALD(?:-?[0-9A-Z]{5}){5}\b/gi, removed)
      .replace(/(?<![\w.+-])([\w.+-])[\w.+-]*@(?=[\w-]+\.)/g, '$1***@')
      .replace(/[\w.-]+/g, withoutDocuments)
  );
}

function redactEmail(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^(.).*@/, '$1***@') : removed;
}

/**
 * A copy of what is to be logged with secrets taken out by the names of fields and by the shape of texts. Errors become name, code, message
 * and stack; what goes deeper than eight levels, or into itself, is cut.
 */
export function redact(value: unknown, depth = 0, seen: readonly object[] = []): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? '[function]' : value;
  if (depth >= 8 || seen.includes(value)) return '[cut]';
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  const path = [...seen, value];
  if (value instanceof Error) {
    const code = 'code' in value ? { code: redact(value.code, depth + 1, path) } : {};
    const cause = value.cause === undefined ? {} : { cause: redact(value.cause, depth + 1, path) };
    return {
      name: value.name,
      message: redactText(value.message),
      stack: redactText(value.stack ?? ''),
      ...code,
      ...cause,
    };
  }
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1, path));
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => {
      // A map has keys of any kind, and one that is an object may have no text.
      const name = typeof key === 'object' || typeof key === 'function' ? '[object]' : String(key);
      if (item !== null && item !== undefined && secretName.test(name)) return [name, removed];
      if (emailName.test(name)) return [name, redactEmail(item)];
      return [name, redact(item, depth + 1, path)];
    }),
  );
}
