import { once } from 'node:events';
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type DestinationStream, destination, pino } from 'pino';
import type { Log } from '../ports/log.ts';
import { redact } from './redact.ts';

/** A file that is larger at the start becomes `.1`, replacing the one before. Bytes. */
const largest = 5 * 1024 * 1024;

export interface PinoLogOptions {
  /** Folder for the file, absolute, made when missing; or a stream that takes the lines. */
  to: string | DestinationStream;
  /** First part of the file's name: which program writes. */
  name: string;
  level?: 'debug' | 'info' | 'warn' | 'error';
}

interface Target {
  readonly stream: DestinationStream;
  /** Resolves when the stream has every line so far, or takes none. */
  written(): Promise<void>;
}

function openFile(folder: string, name: string): Target {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name}.log`);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > largest) renameSync(file, `${file}.1`);
  const stream = destination({ dest: file, mode: 0o600, sync: false, minLength: 0 });
  // A full disk takes the log away and nothing else; unheard, the error would end the process.
  stream.on('error', () => {});
  const opened = once(stream, 'ready').then(
    () => true,
    () => false,
  );
  return {
    stream,
    async written() {
      if (await opened) stream.flushSync();
    },
  };
}

export interface FlushedLog extends Log {
  /** Resolves when every line so far was handed over. */
  flush(): Promise<void>;
}

/** One JSON line per event. Secrets are taken out of every field, whatever its depth, before anything is written. */
export function createPinoLog({ to, name, level = 'info' }: PinoLogOptions): FlushedLog {
  const { stream, written }: Target =
    typeof to === 'string' ? openFile(to, name) : { stream: to, written: async () => {} };
  const logger = pino(
    { name, level, base: { name, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    stream,
  );
  const at =
    (method: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: Record<string, unknown>, message: string): void => {
      if (logger.isLevelEnabled(method)) logger[method](redact(fields), String(redact(message)));
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    flush: written,
  };
}
