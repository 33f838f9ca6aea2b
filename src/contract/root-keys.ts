import { publicKeySchema } from './primitives.ts';

/**
 * Replaced at build time by the vendor's public root keys (JWK `x`, separated by spaces); absent when the sources run as they are and in a
 * development build. Never a setting, a file or a variable of the machine that the program runs on.
 */
declare const __ALDABA_ROOT_KEYS__: string | undefined;

const compiledIn = typeof __ALDABA_ROOT_KEYS__ === 'string' ? __ALDABA_ROOT_KEYS__ : null;

/**
 * The root keys that documents are trusted by. A release build answers what was compiled in, whatever it is given; a development
 * build trusts the keys of the portal that it is started with.
 *
 * @param development JWK `x` values separated by spaces or commas; what is no key is left out
 */
export function rootKeys(development?: string): readonly string[] {
  return parseRootKeys(compiledIn ?? development ?? '');
}

/** Public Ed25519 keys (43 characters of base64url, RFC 8037) in a text. */
export function parseRootKeys(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((x) => publicKeySchema.shape.x.safeParse(x).success);
}
