import { createHash, createHmac, randomBytes } from 'node:crypto';

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
  /**
   * What a session's windows show besides the cookie, which browsers send to every port of this machine (RFC 6265, 8.5): the page asks for it
   * once and keeps it in its origin's storage, which ends at the port. Given until a window came with it, then to whoever has it already.
   *
   * @returns null for anybody else
   */
  windowKey(secret: string, known: string | undefined): string | null;
  /** Whether a window or a call of this session may come in. */
  isWindow(secret: string, key: string | undefined): boolean;
}

/**
 * Who may see the page. Only hashes are kept, so that looking one up takes the same time whatever was sent.
 *
 * @param now milliseconds of running time
 */
export function createLaunchTokens(now: () => number): LaunchTokens {
  const launches = new Map<string, number>();
  /** By the hash of its secret: whether a window came with its key. */
  const sessions = new Map<string, { opened: boolean }>();
  const root = randomBytes(32);
  const keyOf = (secret: string) => createHmac('sha256', root).update(secret).digest('base64url');
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
      sessions.set(hashOf(secret), { opened: false });
      dropOldest(sessions, maximumSessions);
      return secret;
    },
    isSession: (secret) => sessions.has(hashOf(secret)),
    windowKey(secret, known) {
      const session = sessions.get(hashOf(secret));
      if (session === undefined) return null;
      const key = keyOf(secret);
      return session.opened && !same(known, key) ? null : key;
    },
    isWindow(secret, key) {
      const session = sessions.get(hashOf(secret));
      if (session === undefined || !same(key, keyOf(secret))) return false;
      session.opened = true;
      return true;
    },
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function same(said: string | undefined, key: string): boolean {
  return said !== undefined && hashOf(said) === hashOf(key);
}

/** Maps keep the order of insertion. */
function dropOldest(
  entries: { readonly size: number; keys(): Iterable<string>; delete(key: string): unknown },
  maximum: number,
): void {
  for (const key of entries.keys()) {
    if (entries.size <= maximum) return;
    entries.delete(key);
  }
}
