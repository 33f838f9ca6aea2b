import { createHash, randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AldabaError } from '../contract/errors.ts';

/** Longest path of a Unix socket on macOS (104 bytes with the final zero, sys/un.h); Linux allows 108. */
const longestSocketPath = 103;

/**
 * Makes `folder` when it is missing, and makes sure that it is this user's alone: what is in it is then reached by nobody else.
 * @throws AldabaError `folder-not-writable` when it is somebody else's, or no folder (a link could lead anywhere)
 */
export async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const user = process.getuid?.();
  if (user === undefined) return;
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== user) {
    throw new AldabaError('folder-not-writable', `${folder} belongs to somebody else`, { file: folder });
  }
  if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700);
}

/** Whether sockets can be made in a folder: on some network file systems of home folders (CIFS, sshfs) they cannot. */
export async function holdsSockets(folder: string): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(join(folder, `try-${randomBytes(6).toString('hex')}.sock`), resolve);
    });
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

export interface SocketPaths {
  /** Nobody's before and after: closing a server takes its path away, whosever socket is there by then. */
  own: string;
  /** Sockets of that name which other processes made. */
  others: string[];
}

/**
 * Paths for sockets `<name>-<random>.sock` of a profile: in its runtime folder, or, where that path is too long for the system or its file system has
 * no sockets, in a folder of this user in the temporary one whose name follows from it. The folder is there and {@link ownFolder own}.
 */
export async function socketPaths(runtime: string, name: string, holds = holdsSockets): Promise<SocketPaths> {
  await ownFolder(runtime);
  const own = `${name}-${randomBytes(6).toString('hex')}.sock`;
  const isNear = Buffer.byteLength(join(runtime, own)) <= longestSocketPath && (await holds(runtime));
  const id = createHash('sha256').update(runtime).digest('hex').slice(0, 16);
  const folder = isNear ? runtime : join(tmpdir(), `aldaba-${id}`);
  await ownFolder(folder);
  const all = await readdir(folder);
  const others = all.filter((other) => other.startsWith(`${name}-`) && other.endsWith('.sock'));
  return { own: join(folder, own), others: others.map((other) => join(folder, other)) };
}
