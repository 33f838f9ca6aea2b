import { AldabaError, type ErrorCode } from '../../src/contract/errors.ts';
import type { Profile } from '../../src/contract/portal/profile.ts';
import type { Mode } from '../../src/contract/primitives.ts';
import type { IdentityEvent, Session } from '../../src/core/parts.ts';

/** A session that a test signs in and out. */
export interface TestSession extends Session {
  mode: Mode | null;
  profile: Profile | null;
  identity: boolean;
  /** Sign-ins that were opened; callers that wait meanwhile share one. */
  readonly signIns: number;
  /** Callers that wait for the person now. */
  readonly waiting: number;
  /** The person signs in, or closes the window (`sign-in-cancelled`). */
  finish(outcome: 'signed-in' | ErrorCode): void;
  emit(event: IdentityEvent): void;
}

export function createTestSession(mode: Mode | null = 'cloud-signin', identity = true): TestSession {
  const listeners = new Set<(event: IdentityEvent) => void>();
  let pending: { resolve(): void; reject(error: Error): void; promise: Promise<void> } | null = null;
  let signIns = 0;
  let waiting = 0;
  const session: TestSession = {
    mode,
    profile: null,
    identity,
    get signIns() {
      return signIns;
    },
    get waiting() {
      return waiting;
    },
    start: async () => {},
    hasIdentity: () => session.identity,
    async ensureIdentity({ interactive, signal }) {
      if (session.identity) return;
      if (!interactive) throw new AldabaError('not-signed-in', 'nobody may be asked');
      if (pending === null) {
        signIns++;
        let resolve: () => void = () => {};
        let reject: (error: Error) => void = () => {};
        const promise = new Promise<void>((yes, no) => {
          resolve = yes;
          reject = no;
        });
        promise.catch(() => undefined);
        pending = { promise, resolve, reject };
      }
      waiting++;
      try {
        await Promise.race([
          pending.promise,
          new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(new AldabaError('cancelled', 'went away')), {
              once: true,
            }),
          ),
        ]);
      } finally {
        waiting--;
      }
    },
    finish(outcome) {
      const now = pending;
      pending = null;
      if (outcome === 'signed-in') {
        session.identity = true;
        session.emit('ready');
        now?.resolve();
      } else {
        now?.reject(new AldabaError(outcome, 'closed by the test'));
      }
    },
    onIdentity(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    emit(event) {
      for (const listener of [...listeners]) listener(event);
    },
  };
  return session;
}
