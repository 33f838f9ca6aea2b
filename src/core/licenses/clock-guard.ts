import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  advanceClockMark,
  type ClockMark,
  type ClockVerdict,
  clockMarkAfterContact,
  clockVerdict,
  raiseClockMark,
} from '../../domain/clock-mark.ts';
import type { ProcessLock } from '../lock/process-lock.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Paths } from '../ports/paths.ts';
import type { Secrets } from '../ports/secrets.ts';
import { writeFileDurably } from '../write-file-durably.ts';

const fileName = 'clock-mark.json';
const markSchema = z.strictObject({
  high: z.number().int().nonnegative(),
  suspect: z.strictObject({ since: z.number().int(), ran: z.number().int().nonnegative() }).nullable(),
});
const fileSchema = z.strictObject({ mark: markSchema, mac: z.string().max(100) });

/** Keeps the high-water mark of time (domain/clock-mark) in two files, each with a MAC keyed from the keychain. */
export interface ClockGuard {
  /** Reads both copies. One that is gone or was changed is restored from the other. */
  load(): Promise<void>;
  /** What the clock is worth. `now`: ms UTC. */
  verdict(now: number): ClockVerdict;
  /** The clock shows `now`; `ran` ms of running time since the call before. */
  advance(now: number, ran: number): void;
  /** A verified document was issued at `at` (ms UTC). */
  sawSigned(at: number): void;
  /** The portal said its time. */
  contact(serverTime: number): void;
  /** Writes both copies, if anything changed. Never throws: losing a mark must not stop a program. */
  save(): Promise<void>;
}

export interface ClockGuardNeeds {
  paths: Pick<Paths, 'config' | 'data'>;
  secrets: Secrets;
  clock: Clock;
  log: Log;
  lock: ProcessLock;
  write?: typeof writeFileDurably;
}

export function createClockGuard(needs: ClockGuardNeeds): ClockGuard {
  const { paths, secrets, clock, log, lock, write = writeFileDurably } = needs;
  const folders = [paths.config, paths.data];
  let mark: ClockMark = { high: 0, suspect: null };
  let saved: ClockMark | null = null;

  /** null when the keychain gives none: then the mark is still kept, only not protected. */
  async function key(): Promise<Buffer | null> {
    try {
      const stored = await secrets.get('clock-mac');
      if (stored !== null) return Buffer.from(stored, 'base64url');
      const made = randomBytes(32);
      await secrets.set('clock-mac', made.toString('base64url'));
      return made;
    } catch (error) {
      log.warn({ error: String(error) }, 'no key for the clock mark');
      return null;
    }
  }

  const macOf = (value: ClockMark, secret: Buffer) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([value.high, value.suspect]))
      .digest();

  async function readCopy(folder: string, secret: Buffer | null): Promise<ClockMark | null> {
    const text = await readFile(join(folder, fileName), 'utf8').catch(() => null);
    if (text === null) return null;
    try {
      const file = fileSchema.parse(JSON.parse(text));
      if (secret === null) return file.mark;
      const said = Buffer.from(file.mac, 'base64url');
      const right = macOf(file.mark, secret);
      if (said.length === right.length && timingSafeEqual(said, right)) return file.mark;
    } catch {
      // Told below: a copy that cannot be read is the same as one that was changed.
    }
    log.warn({ file: join(folder, fileName) }, 'a copy of the clock mark was changed or is damaged');
    return null;
  }

  return {
    load: () =>
      lock.run('clock', async () => {
        const secret = await key();
        const copies = await Promise.all(folders.map((folder) => readCopy(folder, secret)));
        const good = copies.filter((copy) => copy !== null);
        const highest = good.reduce<ClockMark | null>(
          (best, copy) => (best === null || copy.high > best.high ? copy : best),
          null,
        );
        mark = advanceClockMark(highest, clock.now(), 0);
        saved =
          good.length === folders.length && good.every((copy) => copy.high === highest?.high)
            ? highest
            : null;
      }),
    verdict: (now) => clockVerdict(mark, now),
    advance(now, ran) {
      mark = advanceClockMark(mark, now, ran);
    },
    sawSigned(at) {
      mark = raiseClockMark(mark, at);
    },
    contact(serverTime) {
      mark = clockMarkAfterContact(serverTime);
    },
    async save() {
      const value = mark;
      if (saved !== null && saved.high === value.high && saved.suspect?.ran === value.suspect?.ran) return;
      try {
        await lock.run('clock', async () => {
          const secret = await key();
          const mac = secret === null ? '' : macOf(value, secret).toString('base64url');
          for (const folder of folders) {
            await mkdir(folder, { recursive: true, mode: 0o700 });
            await write(join(folder, fileName), JSON.stringify({ mark: value, mac }));
          }
        });
        saved = value;
      } catch (error) {
        log.warn({ error: String(error) }, 'the clock mark could not be written');
      }
    },
  };
}
