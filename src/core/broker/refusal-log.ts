import type { Log } from '../ports/log.ts';

/** Two lines for however many connections are refused: one when it begins, one with their number when it is over. */
export interface RefusalLog {
  refused(): void;
  /** Programs that are connected now, told whenever one leaves. */
  left(connected: number): void;
  /** Whatever is left to say. */
  end(): void;
}

/**
 * @param most connections that are served at the same time. It is over when a quarter of them is free: a program that comes
 *   again at once would otherwise begin it anew with every place
 */
export function createRefusalLog(log: Log, most: number): RefusalLog {
  let count = 0;
  const end = () => {
    if (count > 0) log.warn({ most, refused: count }, 'programs are no longer refused');
    count = 0;
  };
  return {
    refused() {
      if (count === 0) log.warn({ most }, 'refuses programs: too many are connected');
      count += 1;
    },
    left(connected) {
      if (connected <= most * 0.75) end();
    },
    end,
  };
}
