import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, lstat } from 'node:fs/promises';
import type { Server } from 'node:net';
import { AldabaError } from '../contract/errors.ts';

/**
 * Listens at an address that only this user can reach, and does `then` while it does. Node does not give the peer's credentials of a Unix socket
 * (SO_PEERCRED, getpeereid), so the file system decides who may connect: the folder is {@link ownFolder own}, the socket 0600, looked at after
 * it was made.
 *
 * @param kind `pipe`: Windows, where the access list cannot be set from Node; the name must be one that nobody guesses
 * @throws AldabaError `unavailable` when the socket is open to others; what `then` throws. The server does not listen any more in either case
 */
export async function listenLocally<T>(
  server: Server,
  address: string,
  kind: 'socket' | 'pipe',
  then: () => Promise<T>,
): Promise<T> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve();
    });
  });
  try {
    if (kind === 'socket') await ownSocket(address);
    return await then();
  } catch (error) {
    server.close();
    throw error;
  }
}

/** A name that nobody guesses, because Node cannot close a pipe of Windows to others (docs/broker-protocol.md, "Who may connect"). */
export function randomPipeName(): string {
  return `\\\\.\\pipe\\aldaba-${randomBytes(16).toString('hex')}`;
}

/** Compares in a time that says nothing of where they differ, nor of how long the secret is. */
export function isSecret(said: unknown, secret: string): boolean {
  if (typeof said !== 'string') return false;
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(said), hash(secret));
}

async function ownSocket(path: string): Promise<void> {
  await chmod(path, 0o600);
  const { uid, mode } = await lstat(path);
  if (uid !== process.getuid?.() || (mode & 0o177) !== 0) {
    throw new AldabaError('unavailable', `${path} is open to others`, { file: path });
  }
}
