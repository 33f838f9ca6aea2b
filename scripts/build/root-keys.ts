import { parseRootKeys } from '../../src/contract/root-keys.ts';

/**
 * What compiles the vendor's public root keys in (src/contract/root-keys.ts): with `ALDABA_ROOT_KEYS` set, the build is a release build and
 * trusts these alone; without, it is a development build.
 *
 * @throws Error when the variable is set and holds no key: a release that trusts nobody is a mistake
 */
export function rootKeysDefine(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const given = environment.ALDABA_ROOT_KEYS;
  if (given === undefined) return {};
  const keys = parseRootKeys(given);
  if (keys.length === 0) throw new Error('ALDABA_ROOT_KEYS holds no public key (43 characters of base64url)');
  return { __ALDABA_ROOT_KEYS__: JSON.stringify(keys.join(' ')) };
}
