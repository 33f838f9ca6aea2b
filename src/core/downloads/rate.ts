/** Bytes per second over the last seconds. Times are ms of a clock that never goes back. */
export interface Rate {
  add(at: number, bytes: number): void;
  /** 0 when nothing came within the window. */
  at(now: number): number;
}

/** @param window ms */
export function createRate(window = 5000): Rate {
  let samples: { at: number; bytes: number }[] = [];
  let started: number | null = null;
  return {
    add(at, bytes) {
      started ??= at;
      samples.push({ at, bytes });
      samples = samples.filter((sample) => sample.at > at - window);
    },
    at(now) {
      if (started === null) return 0;
      const bytes = samples
        .filter((sample) => sample.at > now - window)
        .reduce((sum, sample) => sum + sample.bytes, 0);
      const span = Math.min(window, Math.max(now - started, 250));
      return Math.round((bytes * 1000) / span);
    },
  };
}
