import { RateLimiterDrizzle } from 'rate-limiter-flexible';
import { AldabaError } from '../contract/errors.ts';
import type { Database } from './db/database.ts';
import { rateLimit } from './db/schema.ts';

/**
 * Events and the window in seconds in which they are allowed, counted over all nodes. What is counted by network address has to leave room for
 * an office of hundreds behind one address on its first day.
 */
export const limitRules = {
  /** Links asked for by one network address. */
  'link-address': { points: 300, duration: 3600 },
  /** Links mailed to one email address; further requests get the same answer and no mail. */
  'link-email': { points: 5, duration: 3600 },
  /** Looking at links and using them, by network address. Tokens of 256 bits are not found by trying; this bounds the work. */
  'link-use': { points: 1000, duration: 600 },
} as const;

export type LimitName = keyof typeof limitRules;

export interface Limits {
  /** Counts one event. @throws `too-many-requests` with `retryAfter` when the window is full */
  consume(name: LimitName, key: string): Promise<void>;
  /** Counts one event and says whether the window had room. */
  allows(name: LimitName, key: string): Promise<boolean>;
}

/** Fixed windows by rate-limiter-flexible in the portal's database, so that all nodes count together. */
export function createLimits(database: Database): Limits {
  const limiters = Object.fromEntries(
    Object.entries(limitRules).map(([name, rule]) => [
      name,
      new RateLimiterDrizzle({
        storeClient: database.queries,
        schema: rateLimit,
        keyPrefix: name,
        points: rule.points,
        duration: rule.duration,
        clearExpiredByTimeout: false,
      }),
    ]),
  ) as Record<LimitName, RateLimiterDrizzle>;

  async function count(name: LimitName, key: string): Promise<number | null> {
    try {
      await limiters[name].consume(key);
      return null;
    } catch (rejection) {
      // The library rejects with a result when the window is full, and with an error when the store fails.
      if (rejection instanceof Error) throw rejection;
      return Math.ceil((rejection as { msBeforeNext: number }).msBeforeNext / 1000);
    }
  }

  return {
    async consume(name, key) {
      const retryAfter = await count(name, key);
      if (retryAfter !== null) throw new AldabaError('too-many-requests', `limit ${name}`, { retryAfter });
    },
    allows: async (name, key) => (await count(name, key)) === null,
  };
}
