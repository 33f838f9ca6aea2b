/** Waits between tries, in ms. */
export interface BackoffLimits {
  /** Upper end of the first wait. */
  readonly first: number;
  /** Upper end of every wait. */
  readonly most: number;
}

/**
 * Exponential with full jitter: anything from 0 to `first` doubled at each failure, at most `most`, so that devices which lost the portal
 * together do not come back together. A portal that names a time (Retry-After, RFC 9110, 10.2.3) is not asked before it.
 *
 * @param failures how many in a row, from 1
 * @param retryAfter seconds
 * @param random 0 included to 1 excluded
 */
export function backoff(
  failures: number,
  limits: BackoffLimits,
  random: () => number,
  retryAfter: number | undefined = undefined,
): number {
  const top = Math.min(limits.most, limits.first * 2 ** Math.min(30, failures - 1));
  return Math.floor(random() * top) + (retryAfter ?? 0) * 1000;
}
