import type { Log } from '../ports/log.ts';

export interface FlushedLog extends Log {
  /** Resolves when every line so far was handed over to the log, which is opened for that. */
  flush(): Promise<void>;
}

/** The log file of a program in the folder of logs; see `createPinoLog`. */
export function createFileLog(folder: string, name: string): FlushedLog {
  return createLazyLog(async () => {
    const { createPinoLog } = await import('./pino-log.ts');
    return createPinoLog({ to: folder, name });
  });
}

/**
 * A log that is opened with its first line: most commands write none, and the logger is a tenth of what they load. Lines wait in their order
 * until it is open. Where it cannot be opened they go, because a license is worth more than its log.
 *
 * @param open the log, of level `info` or less: debug lines alone do not open it
 */
export function createLazyLog(open: () => Promise<Log>): FlushedLog {
  const waiting: ((log: Log) => void)[] = [];
  let opened: Log | null = null;
  let opening: Promise<void> | null = null;

  function write(line: (log: Log) => void): void {
    if (opened !== null) {
      line(opened);
      return;
    }
    waiting.push(line);
    opening ??= open().then(
      (log) => {
        opened = log;
        for (const kept of waiting.splice(0)) kept(log);
      },
      () => {
        const nothing = () => {};
        opened = { debug: nothing, info: nothing, warn: nothing, error: nothing };
        waiting.length = 0;
      },
    );
  }

  return {
    debug: (fields, message) => opened?.debug(fields, message),
    info: (fields, message) => write((log) => log.info(fields, message)),
    warn: (fields, message) => write((log) => log.warn(fields, message)),
    error: (fields, message) => write((log) => log.error(fields, message)),
    async flush() {
      await opening;
    },
  };
}
