import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatArmor, parseArmor, thumbprint } from '../../domain/documents/index.ts';
import { documentCrypto } from '../documents/document-crypto.ts';
import { certificateDays, createSigningKey, newPrivateKey, publicPart } from './certify.ts';
import type { PortalKeys } from './portal-keys.ts';
import { createSigningKeys } from './signing-keys.ts';

/**
 * A portal's keys in a folder, private ones as PKCS #8 PEM with mode 0600:
 *
 *     root.pub.pem         public root key, which clients have compiled in
 *     root.pem             private root key, in a demonstration alone; prepare-keys.ts makes the others' elsewhere
 *     secret               32 bytes, base64url: links are derived from it
 *     signing-<name>.pem   a yearly signing key
 *     signing-<name>.chain its certificates, leaf first
 */
const names = { rootPublic: 'root.pub.pem', rootPrivate: 'root.pem', secret: 'secret' } as const;
const signingName = /^signing-[\w-]+\.pem$/;

/** Days before the end of the newest certificate from which a folder with its root key gets the next one. */
const renewalDays = certificateDays - 365;

/** Keys read from their parts: what a platform's secret store gives instead of files. PEM and armored text. */
export interface KeyTexts {
  readonly rootPublic: string;
  /** base64url of 32 bytes. */
  readonly secret: string;
  readonly signing: readonly { readonly key: string; readonly chain: string }[];
}

/** @throws when a text is malformed, or a chain does not lead to the root */
export function openKeys({ rootPublic, secret, signing }: KeyTexts): PortalKeys {
  const rootKey = publicPart(createPublicKey(rootPublic));
  const secretBytes = Buffer.from(secret.trim(), 'base64url');
  if (secretBytes.length !== 32) throw new Error('the portal’s secret must have 32 bytes');
  const keys = signing.map(({ key, chain }) => ({
    privateKey: createPrivateKey(key),
    chain: parseChain(chain),
  }));
  if (keys.length === 0) throw new Error('there is no signing key');
  return { rootKey, secret: secretBytes, signing: createSigningKeys(rootKey, keys) };
}

/**
 * Reads a folder of keys.
 *
 * @throws when one is missing or malformed, or a chain does not lead to the root
 */
export async function loadKeys(folder: string): Promise<PortalKeys> {
  const files = await readdir(folder);
  const signing = await Promise.all(
    files
      .filter((name) => signingName.test(name))
      .map(async (name) => ({
        key: await readFile(join(folder, name), 'utf8'),
        chain: await readFile(join(folder, chainName(name)), 'utf8'),
      })),
  );
  const [rootPublic, secret] = await Promise.all([
    readFile(join(folder, names.rootPublic), 'utf8'),
    readFile(join(folder, names.secret), 'utf8'),
  ]);
  return openKeys({ rootPublic, secret, signing });
}

/** True when the root's private key is in a folder of keys, where a portal that is no demonstration must not have it. */
export async function holdsRoot(folder: string): Promise<boolean> {
  return (await readdir(folder)).includes(names.rootPrivate);
}

/**
 * Keys of a demonstration: made at the first call with their own root beside them, read at the others. A signing key whose year is over
 * is followed by the next.
 *
 * @param now milliseconds of UTC
 */
export async function createKeys(folder: string, now: number): Promise<PortalKeys> {
  if (!(await holdsKeys(folder))) await writeKeyFolder(folder, newPrivateKey(), now, { withRoot: true });
  await rotate(folder, now);
  return loadKeys(folder);
}

/** Keys in memory, for tests: a root, one signing key, a secret. */
export async function createMemoryKeys(now: number): Promise<PortalKeys> {
  const root = newPrivateKey();
  const rootKey = publicPart(root);
  return {
    rootKey,
    secret: randomBytes(32),
    signing: createSigningKeys(rootKey, [await createSigningKey(root, now)]),
  };
}

/** Writes the keys under a root. The folder appears whole, under its name, when all of it is written. */
export async function writeKeyFolder(
  folder: string,
  root: KeyObject,
  now: number,
  { withRoot = false } = {},
): Promise<void> {
  const aside = `${folder}.${randomBytes(6).toString('hex')}`;
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  await mkdir(aside, { mode: 0o700 });
  try {
    await writeDurably(join(aside, names.rootPublic), pem(createPublicKey(root)), 0o644);
    if (withRoot) await writeDurably(join(aside, names.rootPrivate), pem(root), 0o600);
    await writeDurably(join(aside, names.secret), `${randomBytes(32).toString('base64url')}\n`, 0o600);
    await addSigningKey(aside, root, now);
    // An empty folder that was made for us stands in the way on Windows.
    await rmdir(folder).catch(() => undefined);
    await rename(aside, folder);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    // Another process was first; its keys are as good.
    if (!(await holdsKeys(folder))) throw error;
  }
}

async function rotate(folder: string, now: number): Promise<void> {
  const files = await readdir(folder);
  if (!files.includes(names.rootPrivate)) return;
  const begins = files
    .filter((name) => signingName.test(name))
    .map((name) => Date.parse(name.slice(8, 18)))
    .filter((begin) => Number.isFinite(begin));
  const newest = Math.max(...begins, Number.NEGATIVE_INFINITY);
  if (now < newest + (certificateDays - renewalDays) * 86_400_000) return;
  const root = createPrivateKey(await readFile(join(folder, names.rootPrivate), 'utf8'));
  await addSigningKey(folder, root, now);
}

/** Writes a new signing key under the root. The chain first: a key is there when its own file is. */
export async function addSigningKey(folder: string, root: KeyObject, now: number): Promise<void> {
  const { privateKey, chain } = await createSigningKey(root, now);
  const day = new Date(now).toISOString().slice(0, 10);
  const name = `signing-${day}-${thumbprint(publicPart(privateKey), documentCrypto).slice(0, 8)}.pem`;
  const certificates = chain.map((jws) => formatArmor({ kind: 'certificate', jws })).join('');
  await writeDurably(join(folder, chainName(name)), certificates, 0o644);
  await writeDurably(join(folder, name), pem(privateKey), 0o600);
}

function parseChain(text: string): string[] {
  return text
    .split(/(?=-----BEGIN )/)
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const certificate = parseArmor(part);
      if (!certificate.ok) throw new Error(`a certificate cannot be read: ${certificate.detail}`);
      return certificate.value.jws;
    });
}

function chainName(name: string): string {
  return name.replace(/\.pem$/, '.chain');
}

export function pem(key: KeyObject): string {
  return key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }).toString();
}

/** Written aside, flushed, then renamed: the file is there whole or not at all. */
export async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(aside, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
}

/** True when the folder holds a portal's keys. */
export async function holdsKeys(folder: string): Promise<boolean> {
  return readdir(folder).then(
    (files) => files.includes(names.rootPublic),
    () => false,
  );
}
