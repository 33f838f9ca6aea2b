import type { BrokerLicense } from '../../contract/broker.ts';
import type { Use } from '../../contract/client/state.ts';
import { AldabaError } from '../../contract/errors.ts';
import { isVersionCovered } from '../../domain/version-range.ts';
import type { Licenses, Parts } from '../parts.ts';
import { asAldabaError } from '../problem.ts';
import type { Entries } from './entries.ts';
import type { Entry, LiveUse } from './entry.ts';
import type { Keeper } from './keeper.ts';
import type { Seats } from './seats.ts';

/**
 * Answers a program that asks to run: at once with what is on this device, else with what a sign-in and the portal give.
 * The answer throws what the sign-in (see {@link Parts.session}) or the portal said, `version-not-covered`, `cancelled` (signal), and the
 * reason of the license, or `not-licensed`, where nothing lets the program even open and save.
 */
export function createAcquire(
  needs: Pick<Parts, 'session'> & { entries: Entries; seats: Seats; keeper: Keeper },
): Licenses['acquire'] {
  const { session, entries, seats, keeper } = needs;

  /**
   * The license, when this use may run with it as it stands: no file, no network, no waiting. A program that went away while it asked
   * (`signal`) holds nothing up.
   */
  function warm(entry: Entry, use: LiveUse, signal: AbortSignal): BrokerLicense | null {
    const right = entries.inEffect(entry);
    if (right === null || (entry.record.right?.leaving === true && right.kind !== 'license')) return null;
    if (!isVersionCovered(use.version, right.claims.versions)) return null;
    const license = entries.license(entry);
    if (license.permit !== 'full') return null;
    if (!signal.aborted && (use.state !== 'running' || !use.granted)) {
      use.state = 'running';
      use.granted = true;
      entry.linger?.cancel();
      entry.linger = null;
      entries.publish(entry);
      keeper.plan();
    }
    return license;
  }

  /** Why `warm` gave nothing, when the portal is not to be asked. A right that was there lets a program open and save. */
  function answerWithout(
    entry: Entry,
    use: LiveUse,
    signal: AbortSignal,
    fault: AldabaError | null,
  ): BrokerLicense {
    const right = entries.inEffect(entry);
    const product = { product: entry.names.product };
    if (right !== null && !isVersionCovered(use.version, right.claims.versions)) {
      throw fault ?? new AldabaError('version-not-covered', `${use.version} of ${entry.product}`, product);
    }
    const license = entries.license(entry);
    if (right !== null && license.permit !== 'none' && !signal.aborted) {
      use.state = 'running';
      entries.publish(entry);
      return fault === null ? license : { ...license, reason: fault.code };
    }
    throw (
      fault ??
      new AldabaError(license.reason ?? 'not-licensed', `nothing to run ${entry.product} with`, product)
    );
  }

  async function acquireCold(
    entry: Entry,
    use: LiveUse,
    interactive: boolean,
    signal: AbortSignal,
  ): Promise<BrokerLicense> {
    for (let tries = 0; ; tries++) {
      if (session.mode === null || (session.mode !== 'standalone' && !session.hasIdentity())) {
        await session.ensureIdentity({ interactive, program: publicUse(use), signal });
        const now = warm(entry, use, signal);
        if (now !== null) return now;
      }
      if (session.mode === 'standalone') return answerWithout(entry, use, signal, null);
      try {
        await seats.takeUp(entry);
        const taken = warm(entry, use, signal);
        if (taken !== null) return taken;
        await seats.obtain(entry, use);
      } catch (error) {
        const fault = asAldabaError(error);
        // The session ended under the request: the person is asked once more.
        const again = ['not-signed-in', 'session-ended', 'access-ended'].includes(fault.code);
        if (again && tries < 2 && !session.hasIdentity()) continue;
        return answerWithout(entry, use, signal, fault);
      }
      return warm(entry, use, signal) ?? answerWithout(entry, use, signal, null);
    }
  }

  return async (asked, signal) => {
    if (!keeper.isReady) await orAborted(keeper.ready(), signal);
    if (signal.aborted) throw wentAway();
    const entry = entries.get(asked.program);
    const use: LiveUse = entry.uses.get(asked.id) ?? {
      ...publicUse(asked),
      state: 'waiting',
      features: asked.features,
      granted: false,
      asking: 0,
      over: new AbortController(),
    };
    entry.uses.set(use.id, use);
    const now = warm(entry, use, signal);
    if (now !== null) return now;
    entries.publish(entry);
    use.asking++;
    const ends = AbortSignal.any([signal, use.over.signal]);
    const answer = orAborted(acquireCold(entry, use, asked.interactive, ends), ends);
    try {
      return await answer.finally(() => use.asking--);
    } catch (error) {
      // A use that runs, or that another call asks for, goes on without this one.
      if (use.state === 'waiting' && use.asking === 0 && !use.over.signal.aborted) {
        entry.uses.delete(use.id);
        seats.lingerThenLeave(entry);
      }
      entries.publish(entry);
      entries.forget(entry);
      throw asAldabaError(error);
    } finally {
      keeper.plan();
    }
  };
}

function publicUse({ id, program, version, since, state }: Use): Use {
  return { id, program, version, since, state };
}

function wentAway(): AldabaError {
  return new AldabaError('cancelled', 'the program does not wait for it any more');
}

/** The caller hears at once; what it shared with others goes on. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(wentAway());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
