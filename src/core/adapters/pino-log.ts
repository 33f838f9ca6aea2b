import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type DestinationStream, destination, pino } from 'pino';
import type { Log } from '../ports/log.ts';
import { redact } from './redact.ts';

/** A file that has become larger is from then on `.1`, replacing the one before: a client runs for months. Bytes. */
export const largest = 5 * 1024 * 1024;

export interface PinoLogOptions {
  /** Folder for the file, absolute, made when missing; or a stream that takes the lines. */
  to: string | DestinationStream;
  /** First part of the file's name: which program writes. */
  name: string;
  level?: 'debug' | 'info' | 'warn' | 'error';
}

/** What waits for a full disk to have room again; lines beyond it are dropped. Bytes. */
const waitsAtMost = 256 * 1024;

/**
 * Each line is in the file when the call returns, so nothing is left to write when the process ends: `flushSync` of sonic-boom 4.2.1, which
 * pino calls at the end of a process for a stream that writes later, never returns on a full disk.
 *
 * @throws the system's error when the file cannot be opened
 */
function openFile(folder: string, name: string): DestinationStream {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name}.log`);
  let size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > largest) {
    renameSync(file, `${file}.1`);
    size = 0;
  }
  const stream = destination({ dest: file, mode: 0o600, sync: true, maxLength: waitsAtMost });
  // A full disk takes the log away and nothing else; unheard, the error would end the process.
  stream.on('error', () => {});
  stream.on('write', (bytes: number) => {
    size += bytes;
    if (size <= largest) return;
    size = 0;
    // Not within a line that may be written in parts.
    queueMicrotask(() => {
      try {
        renameSync(file, `${file}.1`);
        stream.reopen();
      } catch {
        // Somebody has it open (Windows), or took it away: it goes on as it is.
      }
    });
  });
  return stream;
}

/**
 * One JSON line per event. Secrets are taken out of every field, whatever its depth, before anything is written.
 *
 * @throws the system's error when the file cannot be opened
 */
export function createPinoLog({ to, name, level = 'info' }: PinoLogOptions): Log {
  const logger = pino(
    { name, level, base: { name, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    typeof to === 'string' ? openFile(to, name) : to,
  );
  const at =
    (method: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: Record<string, unknown>, message: string): void => {
      if (logger.isLevelEnabled(method)) logger[method](redact(fields), String(redact(message)));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
