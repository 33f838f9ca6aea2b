import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AldabaError } from '../../contract/errors.ts';
import { type SecretName, type Secrets, secretNames } from '../ports/secrets.ts';
import { storageFault } from '../problem.ts';
import { writeFileDurably } from '../write-file-durably.ts';

function fault(error: unknown, name: SecretName): AldabaError {
  const message = error instanceof Error ? error.message : String(error);
  return new AldabaError('keychain-denied', message, { detail: name }, { cause: error });
}

/** ms after which a file that was being written has no writer any more: writing one takes milliseconds. */
const longestWrite = 60_000;

export interface FileSecrets extends Secrets {
  /** Removes what a process that died left half-written: it holds a secret in clear. Never throws. */
  sweep(): Promise<void>;
  /** Removes every secret. @throws AldabaError `keychain-denied` */
  clear(): Promise<void>;
}

/**
 * Secrets as files that only the person can read (0600 in a 0700 folder), one for each, for machines without a keychain. Only by explicit
 * choice: whoever can read the disk can read them.
 *
 * @param folder absolute
 */
export function createFileSecrets(folder: string): FileSecrets {
  const pathOf = (name: SecretName) => join(folder, name);
  const halfWritten = async () =>
    (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.tmp'));
  return {
    backend: 'file',
    async get(name) {
      try {
        const file = await open(pathOf(name), 'r');
        try {
          const { mode, uid } = await file.stat();
          const others = process.platform !== 'win32' && (mode & 0o077) !== 0;
          const foreign = process.getuid !== undefined && uid !== process.getuid();
          if (others || foreign)
            throw new AldabaError('keychain-denied', `${pathOf(name)} is not this person's alone`, {
              detail: name,
            });
          return await file.readFile('utf8');
        } finally {
          await file.close();
        }
      } catch (error) {
        if (error instanceof AldabaError) throw error;
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw fault(error, name);
      }
    },
    async set(name, value) {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFileDurably(pathOf(name), value);
      } catch (error) {
        const refused = storageFault(error);
        throw refused?.code === 'disk-full' ? refused : fault(error, name);
      }
    },
    async delete(name) {
      await rm(pathOf(name), { force: true }).catch((error) => {
        throw fault(error, name);
      });
    },
    async sweep() {
      for (const name of await halfWritten()) {
        const { mtimeMs } = await stat(join(folder, name)).catch(() => ({
          mtimeMs: Number.POSITIVE_INFINITY,
        }));
        if (Date.now() - mtimeMs > longestWrite)
          await rm(join(folder, name), { force: true }).catch(() => undefined);
      }
    },
    async clear() {
      for (const name of secretNames) await this.delete(name);
      for (const name of await halfWritten()) await rm(join(folder, name), { force: true });
    },
  };
}
