import { createHash, randomBytes } from 'node:crypto';

/** How long a launch link waits to be opened, ms: long enough to carry it to a browser by hand. */
export const launchLifetime = 30 * 60_000;
/** Links that wait at once; the oldest goes first. */
const maximumWaiting = 20;
/** Browsers that are let in at once. A new one beyond ends the oldest. */
const maximumSessions = 50;

export interface LaunchTokens {
  /** A new token: 256 bits, good once. */
  issue(): string;
  /** Takes the token and gives a session secret for the cookie; null when it is unknown, used or too old. */
  redeem(token: string): string | null;
  isSession(secret: string): boolean;
}

/**
 * Who may see the page. Only hashes are kept, so that looking one up takes the same time whatever was sent.
 *
 * @param now milliseconds of running time
 */
export function createLaunchTokens(now: () => number): LaunchTokens {
  const launches = new Map<string, number>();
  const sessions = new Set<string>();
  const forget = () => {
    for (const [hash, until] of launches) if (until <= now()) launches.delete(hash);
  };
  return {
    issue() {
      forget();
      const token = randomBytes(32).toString('base64url');
      launches.set(hashOf(token), now() + launchLifetime);
      dropOldest(launches, maximumWaiting);
      return token;
    },
    redeem(token) {
      forget();
      if (!launches.delete(hashOf(token))) return null;
      const secret = randomBytes(32).toString('base64url');
      sessions.add(hashOf(secret));
      dropOldest(sessions, maximumSessions);
      return secret;
    },
    isSession: (secret) => sessions.has(hashOf(secret)),
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** Maps and sets keep the order of insertion. */
function dropOldest(
  entries: { readonly size: number; keys(): Iterable<string>; delete(key: string): unknown },
  maximum: number,
): void {
  for (const key of entries.keys()) {
    if (entries.size <= maximum) return;
    entries.delete(key);
  }
}
