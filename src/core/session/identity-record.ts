import { type FSWatcher, watch } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { accountSchema, profileSchema } from '../../contract/portal/profile.ts';
import { modeSchema } from '../../contract/primitives.ts';
import { portalAddressSchema } from '../../contract/settings.ts';
import { writeFileDurably } from '../write-file-durably.ts';

/** Who is signed in, as last heard: what a window shows before the portal answers. Not secret; the keychain decides. */
const identityRecordSchema = z.object({
  version: z.literal(1),
  /** `leaving`: the person signed out and the rest of it may not be done. `lapsed`: the portal ended the session, what is held runs on. */
  state: z.enum(['present', 'leaving', 'absent', 'ended', 'lapsed']),
  mode: modeSchema.nullable(),
  portal: portalAddressSchema.nullable(),
  profile: profileSchema.nullable(),
  /** Company of a cloud key. */
  account: accountSchema.nullable(),
  /** Person (`person:ID`) or key (`key:`, then its SHA-256) that is or was the last identity: another one takes over nothing of it. */
  subject: z.string().max(100).nullable().default(null),
  /** To fill the form in when signing in again. */
  email: z.string().max(254),
  /** `memory`: the process that wrote it forgets it at its end, and leaves nothing to anybody. */
  keptIn: z.enum(['memory', 'lasting']).default('lasting'),
  /** Who wrote it: other processes of the profile look again when it changes. */
  writer: z.string(),
});
export type IdentityRecord = z.infer<typeof identityRecordSchema>;

export const noIdentity: Omit<IdentityRecord, 'writer' | 'keptIn'> = {
  version: 1,
  state: 'absent',
  mode: null,
  portal: null,
  profile: null,
  account: null,
  subject: null,
  email: '',
};

export interface IdentityFile {
  /** null: there is none, or it cannot be understood. */
  read(): Promise<IdentityRecord | null>;
  write(record: IdentityRecord): Promise<void>;
  /** Calls once at the start, and after another process (or this one) replaced the file. */
  watch(changed: () => void): Promise<void>;
  close(): void;
}

/** @param path absolute; its folder is made when missing */
export function createIdentityFile(path: string): IdentityFile {
  let watcher: FSWatcher | null = null;
  return {
    async read() {
      const text = await readFile(path, 'utf8').catch(() => null);
      if (text === null) return null;
      try {
        return identityRecordSchema.parse(JSON.parse(text));
      } catch {
        return null;
      }
    },
    async write(record) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFileDurably(path, JSON.stringify(record));
    },
    async watch(changed) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const name = basename(path);
      watcher?.close();
      try {
        // The folder, not the file: each write replaces the file.
        watcher = watch(dirname(path), { persistent: false }, (_event, file) => {
          if (file === name || file === null) changed();
        });
        watcher.on('error', () => watcher?.close());
      } catch {
        // A system that is out of watches (inotify(7), ENOSPC): other processes are then noticed at the next renewal.
        watcher = null;
      }
      // Whatever happened since the file was read.
      changed();
    },
    close() {
      watcher?.close();
      watcher = null;
    },
  };
}
