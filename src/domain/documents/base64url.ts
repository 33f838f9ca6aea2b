const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const pattern = /^[A-Za-z0-9_-]*$/;

/**
 * Whether `text` is base64url without padding in its one canonical form: the bits of the last character that belong to
 * no byte are zero (RFC 4648, 3.5). Without this a signature could be written in sixteen ways.
 */
export function isCanonicalBase64Url(text: string): boolean {
  if (!pattern.test(text)) return false;
  const rest = text.length % 4;
  if (rest === 0) return true;
  if (rest === 1) return false;
  const last = alphabet.indexOf(text.charAt(text.length - 1));
  return last % (rest === 2 ? 16 : 4) === 0;
}
