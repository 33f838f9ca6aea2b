import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newPrivateKey, publicPart } from './certify.ts';
import { addSigningKey, holdsKeys, pem, writeDurably, writeKeyFolder } from './key-files.ts';

/** What was made, and where. */
export interface PreparedKeys {
  /** The root's private key: stays offline. */
  readonly rootFile: string;
  /** What the portal's KEYS_DIR holds. */
  readonly portalFolder: string;
  /** Public root key, JWK `x`: what clients are built with. */
  readonly rootKey: string;
}

/**
 * Makes the keys of a portal, on a machine that is not the portal, in a folder to be carried:
 *
 *     root.pem   the root's private key; stays offline
 *     portal/    public root key, secret, a signing key with its certificate: what KEYS_DIR holds
 *
 * In a folder that has them, it adds the signing key of the next year.
 *
 * @param now milliseconds of UTC; the signing key begins then
 * @throws when the folder holds keys without their root
 */
export async function prepareKeys(folder: string, now: number): Promise<PreparedKeys> {
  const rootFile = join(folder, 'root.pem');
  const portalFolder = join(folder, 'portal');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const prepared = await holdsKeys(portalFolder);
  const root = await openRoot(rootFile, (await readdir(folder)).includes('root.pem'), prepared);
  if (prepared) await addSigningKey(portalFolder, root, now);
  else await writeKeyFolder(portalFolder, root, now);
  return { rootFile, portalFolder, rootKey: publicPart(createPublicKey(root)) };
}

async function openRoot(file: string, there: boolean, needed: boolean): Promise<KeyObject> {
  if (there) return createPrivateKey(await readFile(file, 'utf8'));
  if (needed)
    throw new Error(`${file} is missing: the next signing key needs the root that certified the first`);
  const root = newPrivateKey();
  await writeDurably(file, pem(root), 0o600);
  return root;
}
