import type { z } from 'zod';
import type { ErrorCode, SessionEndReason } from '../../contract/errors.ts';
import type { signedInSchema, signInOutputSchema } from '../../contract/portal/sessions.ts';
import { isUnreachable } from '../gateway/gateway.ts';
import type { ProcessLock } from '../lock/process-lock.ts';
import type { PortalClient } from '../parts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { asAldabaError } from '../problem.ts';
import { type Credentials, newToken, type SignInCredential, tokenHash } from './credentials.ts';

export type SignedIn = z.infer<typeof signedInSchema>;
export type SignInOutput = z.infer<typeof signInOutputSchema>;

/** `none`: nothing is stored for the configured portal. `ended`: the portal said that the session is over. */
export type Renewal =
  | { kind: 'none' }
  | { kind: 'ended'; reason: SessionEndReason | undefined }
  | { kind: 'signed-in'; portal: string; signedIn: SignedIn };

export interface RotationNeeds {
  credentials: Credentials;
  lock: ProcessLock;
  clock: Clock;
  log: Log;
  /** The portal at an address, without access token. */
  portalAt: (address: string) => PortalClient;
  /** Configured portal. */
  address: () => string | null;
  /** Makes `portal` with sign-in the configured way in, durably. Called before its token becomes the current one. */
  configure: (portal: string) => Promise<void>;
  /** Of the device key; known once a request was sent. */
  thumbprint: () => string;
}

export interface Rotation {
  /** One rotation with what the keychain holds, finishing first what a death left open. Throws `network-*`, `portal-*`, `keychain-*`. */
  renew(): Promise<Renewal>;
  /** Sends a sign-in or a choice of company with a token chosen and stored beforehand; adopts the session that it makes. */
  enter<T extends SignInOutput>(
    portal: string,
    send: (client: PortalClient, nextTokenHash: string) => Promise<T>,
  ): Promise<T>;
  /** Is the answer of a sign-in still unknown? */
  isOpen(): Promise<boolean>;
  /** Forgets every token, and the cloud key unless it is kept, and tells the portal as far as it can be reached. `told` is false when it could not. */
  leave(options?: { keepKey?: boolean }): Promise<{ told: boolean }>;
}

/** After which ends of a request the portal may have done what it asked all the same. */
function mayHaveArrived(code: ErrorCode): boolean {
  return isUnreachable(code) || code === 'cancelled' || code === 'internal' || code === 'unavailable';
}

/** ms for telling a portal of an end: the person who signs out does not wait for a network that is gone. */
const tellLimit = 5000;

/** The portal answers `session-raced` for 20 s after a rotation (docs/figures.md, "Sessions"). Milliseconds and times. */
const racePause = 1000;
const raceTries = 20;

/**
 * Refresh tokens chosen by the device (contract/portal/sessions). Every step runs under the lock `identity` and reads the keychain anew,
 * because another process of the profile may have rotated meanwhile. Write order, and why each death is harmless:
 *
 * 1. `refresh-token-next` = N; 2. refresh(C, hash N); 3. `refresh-token` = N; 4. delete `refresh-token-next`.
 * Dead after 1 or 2: both entries are there and the same request is repeated, which the portal answers the same. After 3: both are N.
 */
export function createRotation(needs: RotationNeeds): Rotation {
  const { credentials, lock, clock, log, portalAt, address, configure, thumbprint } = needs;

  const pause = (ms: number) => new Promise<void>((resolve) => void clock.setTimer(ms, resolve));

  async function tellOver(portal: string, tokens: string[]): Promise<boolean> {
    const limit = new AbortController();
    const timer = clock.setTimer(tellLimit, () => limit.abort());
    try {
      for (const refreshToken of tokens) {
        await portalAt(portal).sessions.signOut({ refreshToken }, { signal: limit.signal });
      }
      return true;
    } catch (error) {
      log.info({ code: asAldabaError(error).code }, 'the portal was not told of the end of a session');
      return false;
    } finally {
      timer.cancel();
    }
  }

  /** The device key that a session is bound to is lost: the keychain was cleaned, or another one restored. No other proof is possible. */
  function isOfAnotherKey(stored: { thumbprint: string }, error: unknown): boolean {
    return asAldabaError(error).code === 'proof-invalid' && stored.thumbprint !== thumbprint();
  }

  /** The session of an open sign-in becomes the device's, by `token`; the one before is ended at its portal. */
  async function adopt(open: SignInCredential, token: string): Promise<void> {
    const stored = await credentials.read('refresh-token');
    const isOwn = stored !== null && (stored.token === open.token || stored.token === open.next);
    const before = isOwn ? open.replaces : stored;
    await configure(open.portal);
    await credentials.write('refresh-token', { portal: open.portal, token, thumbprint: open.thumbprint });
    await credentials.remove('refresh-token-next', 'cloud-key');
    if (before !== null) await tellOver(before.portal, [before.token]);
    await credentials.remove('sign-in-token');
  }

  /** Asks the portal whether a sign-in whose answer was never read had arrived. */
  async function settleSignIn(open: SignInCredential): Promise<Renewal> {
    try {
      const signedIn = await portalAt(open.portal).sessions.refresh({
        refreshToken: open.token,
        nextTokenHash: tokenHash(open.next),
      });
      await adopt(open, open.next);
      return { kind: 'signed-in', portal: open.portal, signedIn };
    } catch (error) {
      const { code } = asAldabaError(error);
      const isFixed = code === 'policy-locked';
      if (code !== 'session-ended' && !isFixed && !isOfAnotherKey(open, error)) throw error;
      // The portal was fixed to another one meanwhile: that session is nobody's any more.
      if (isFixed) await tellOver(open.portal, [open.next]);
      await credentials.remove('sign-in-token');
      return { kind: 'none' };
    }
  }

  async function rotate(): Promise<Renewal> {
    let reason: SessionEndReason | undefined;
    for (let tries = 1; ; tries++) {
      const current = await credentials.read('refresh-token');
      if (current === null || current.portal !== address()) return { kind: 'none' };
      const open = await credentials.read('refresh-token-next');
      const repeats = open !== null && open.portal === current.portal && open.token !== current.token;
      const next = repeats ? open : { ...current, token: newToken() };
      if (!repeats) await credentials.write('refresh-token-next', next);
      try {
        const signedIn = await portalAt(current.portal).sessions.refresh({
          refreshToken: current.token,
          nextTokenHash: tokenHash(next.token),
        });
        await credentials.write('refresh-token', next);
        await credentials.remove('refresh-token-next');
        return { kind: 'signed-in', portal: current.portal, signedIn };
      } catch (error) {
        const { code, data } = asAldabaError(error);
        // Of two tokens the portal may know the reason by one alone.
        reason = data?.reason ?? reason;
        if (code === 'session-raced' && tries < raceTries) {
          // Somebody outside the lock rotated this token: what they store is the one to go on with.
          await pause(racePause);
        } else if (code === 'session-ended' && repeats) {
          // The current one is dead for sure; the one chosen after it may be what the portal knows.
          await credentials.write('refresh-token', next);
        } else if (code === 'session-ended' || isOfAnotherKey(current, error)) {
          const latest = await credentials.read('refresh-token');
          if (latest?.token !== current.token) continue;
          await credentials.remove('refresh-token-next', 'refresh-token');
          return { kind: 'ended', reason };
        } else {
          throw error;
        }
      }
    }
  }

  return {
    renew: () =>
      lock.run('identity', async () => {
        const open = await credentials.read('sign-in-token');
        if (open !== null) {
          try {
            const settled = await settleSignIn(open);
            if (settled.kind === 'signed-in') return settled;
          } catch (error) {
            // What works elsewhere goes on working; here nothing is known until this portal answers.
            const here = open.portal === address() || (await credentials.read('refresh-token')) === null;
            if (here || !isUnreachable(asAldabaError(error).code)) throw error;
          }
        }
        return rotate();
      }),

    enter: <T extends SignInOutput>(
      portal: string,
      send: (client: PortalClient, nextTokenHash: string) => Promise<T>,
    ) =>
      lock.run('identity', async () => {
        const open = await credentials.read('sign-in-token');
        if (open !== null) {
          const settled = await settleSignIn(open).catch(() => null);
          if (settled === null) await tellOver(open.portal, [open.token, open.next]);
        }
        const replaces = await credentials.read('refresh-token');
        const chosen = { portal, token: newToken(), next: newToken(), replaces, thumbprint: thumbprint() };
        await credentials.write('sign-in-token', chosen);
        let answer: T;
        try {
          answer = await send(portalAt(portal), tokenHash(chosen.token));
        } catch (error) {
          // A refusal made no session. When no answer came there may be one: the entry stays, and the next renewal asks.
          if (!mayHaveArrived(asAldabaError(error).code)) await credentials.remove('sign-in-token');
          throw error;
        }
        if (answer.kind === 'signed-in') await adopt(chosen, chosen.token);
        else await credentials.remove('sign-in-token');
        return answer;
      }),

    isOpen: async () => (await credentials.read('sign-in-token')) !== null,

    leave: (options = {}) =>
      lock.run('identity', async () => {
        const names = ['refresh-token', 'refresh-token-next', 'sign-in-token'] as const;
        const tokens = new Map<string, string[]>();
        for (const name of names) {
          const stored = await credentials.read(name);
          if (stored === null) continue;
          const known = tokens.get(stored.portal) ?? [];
          known.push(stored.token, ...('next' in stored ? [stored.next] : []));
          tokens.set(stored.portal, known);
        }
        let told = true;
        for (const [portal, known] of tokens) told = (await tellOver(portal, known)) && told;
        await credentials.remove('refresh-token-next', 'sign-in-token', 'refresh-token');
        if (options.keepKey !== true) await credentials.remove('cloud-key');
        return { told };
      }),
  };
}
