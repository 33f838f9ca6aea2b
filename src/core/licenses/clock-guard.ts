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
/** `signed`: the latest `iat` of a verified document, ms UTC. */
const fileSchema = z.strictObject({
  mark: markSchema,
  signed: z.number().int().nonnegative(),
  mac: z.string().max(100),
});
/** ms by which a mark may stand behind on disk: nobody gains by turning a clock back that little, and a command need not write it. */
const worthWriting = 60_000;
type Kept = Pick<z.infer<typeof fileSchema>, 'mark' | 'signed'>;

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
  /**
   * Somebody brought a verified document issued at `at` (ms UTC). Signed later than all that was seen, it is a word of the portal's
   * without a network: no time before it is possible, and a mark made by a clock that ran ahead is lowered to now.
   */
  brought(at: number): void;
  /** The portal said its time. */
  contact(serverTime: number): void;
  /** ms UTC by what the portal said last and the time since, asleep or not; null: it said nothing to this process. */
  portalNow(): number | null;
  /** Writes both copies, if the mark moved on by a minute or anything else changed. Never throws: losing a mark must not stop a program. */
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
  let signed = 0;
  let saved: Kept | null = null;
  let loaded = false;
  /** The portal, or a document of its, put the mark where it is: what another process wrote before counts no more. */
  let settled = false;
  /** What the portal said last: its time less the time since the start of this machine. */
  let portalStart: number | null = null;

  const stored = async () => {
    const text = await secrets.get('clock-mac');
    return text === null ? null : Buffer.from(text, 'base64url');
  };

  async function makeKey(): Promise<Buffer> {
    const other = await stored();
    if (other !== null) return other;
    const made = randomBytes(32);
    await secrets.set('clock-mac', made.toString('base64url'));
    return made;
  }

  /**
   * null when the keychain gives none: what is on disk is read then, and left as it is.
   * @param make runs `makeKey` where no other process does
   */
  async function key(make: () => Promise<Buffer>): Promise<Buffer | null> {
    try {
      return (await stored()) ?? (await make());
    } catch (error) {
      log.warn({ error: String(error) }, 'no key for the clock mark');
      return null;
    }
  }

  const macOf = (value: Kept, secret: Buffer) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([value.mark.high, value.mark.suspect, value.signed]))
      .digest();

  async function readCopy(folder: string, secret: Buffer | null): Promise<Kept | null> {
    const text = await readFile(join(folder, fileName), 'utf8').catch(() => null);
    if (text === null) return null;
    try {
      const file = fileSchema.parse(JSON.parse(text));
      if (secret === null) return file;
      const said = Buffer.from(file.mac, 'base64url');
      const right = macOf(file, secret);
      if (said.length === right.length && timingSafeEqual(said, right)) return file;
    } catch {
      // Told below: a copy that cannot be read is the same as one that was changed.
    }
    log.warn({ file: join(folder, fileName) }, 'a copy of the clock mark was changed or is damaged');
    return null;
  }

  /** The higher of the good copies; `isBoth`: there is nothing to restore. */
  async function readCopies(secret: Buffer | null): Promise<{ highest: Kept | null; isBoth: boolean }> {
    const copies = await Promise.all(folders.map((folder) => readCopy(folder, secret)));
    const good = copies.filter((copy) => copy !== null);
    const highest = good.reduce<Kept | null>(
      (best, copy) => (best === null || copy.mark.high > best.mark.high ? copy : best),
      null,
    );
    const isBoth =
      good.length === folders.length && good.every(({ mark: { high } }) => high === highest?.mark.high);
    return { highest, isBoth };
  }

  const isSaved = () =>
    saved !== null &&
    saved.signed === signed &&
    Math.abs(mark.high - saved.mark.high) < worthWriting &&
    saved.mark.suspect?.ran === mark.suspect?.ran;

  function settle(at: number): void {
    mark = clockMarkAfterContact(at);
    settled = true;
  }

  return {
    async load() {
      // Each copy is replaced as a whole: who only reads takes no lock, which would be part of the time of each `aldaba status`.
      const { highest, isBoth } = await readCopies(await key(() => lock.run('clock', makeKey)));
      mark = advanceClockMark(highest?.mark ?? null, clock.now(), 0);
      signed = highest?.signed ?? 0;
      saved = isBoth ? highest : null;
      loaded = true;
    },
    verdict: (now) => clockVerdict(mark, now),
    advance(now, ran) {
      mark = advanceClockMark(mark, now, ran);
    },
    sawSigned(at) {
      signed = Math.max(signed, at);
      mark = raiseClockMark(mark, at);
    },
    brought(at) {
      if (at > signed) settle(Math.max(at, clock.now()));
      signed = Math.max(signed, at);
    },
    contact(serverTime) {
      portalStart = serverTime - clock.sinceBoot();
      settle(serverTime);
    },
    portalNow: () => (portalStart === null ? null : portalStart + clock.sinceBoot()),
    async save() {
      // Before it was read, what is on disk is worth more.
      if (!loaded || isSaved()) return;
      try {
        await lock.run('clock', async () => {
          const secret = await key(makeKey);
          if (secret === null) return;
          const { highest } = await readCopies(secret);
          if (highest !== null && !settled && highest.mark.high > mark.high) mark = highest.mark;
          signed = Math.max(signed, highest?.signed ?? 0);
          const value: Kept = { mark, signed };
          const mac = macOf(value, secret).toString('base64url');
          for (const folder of folders) {
            await mkdir(folder, { recursive: true, mode: 0o700 });
            await write(join(folder, fileName), JSON.stringify({ ...value, mac }));
          }
          saved = value;
          settled = false;
        });
      } catch (error) {
        log.warn({ error: String(error) }, 'the clock mark could not be written');
      }
    },
  };
}
