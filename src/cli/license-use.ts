import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerLicense } from '../contract/broker.ts';
import { endingLimit } from '../core/shell/ending-limit.ts';
import type { RunningProcess } from '../core/shell/start-client.ts';
import { pathsOf } from '../core/shell/surroundings.ts';
import { attachOrStart } from './attach-or-start.ts';
import { type BrokerConnection, connectToBroker, NoClientError } from './broker-connection.ts';
import type { Context } from './context.ts';
import { startOwnAgent } from './own-client.ts';
import { noWindow } from './shell-of.ts';
import { surroundingsOf } from './surroundings.ts';

export interface LicenseWanted {
  readonly product: string;
  readonly version: string;
  readonly features: string[];
  /** Somebody may be asked to sign in. */
  readonly interactive: boolean;
}

/** A license in use through whoever answers programs on the profile: the client that runs, else one in this process until `end`. */
export interface LicenseUse {
  /** @throws AldabaError the refusal; what `attachOrStart` throws */
  begin(): Promise<BrokerLicense>;
  /**
   * Borrows what is in use: the right stays on the device when the use ends.
   *
   * @throws AldabaError the refusal; NoClientError when the client went away before its answer
   */
  borrow(days: number): Promise<BrokerLicense>;
  /** Gives the license back. A client that is gone, or does not answer, has nothing to be told: the use ends with the connection. */
  end(): Promise<void>;
}

/** ms between two looks for a client that went away. */
const lookTerm = 500;
/** ms at most between two looks while the license is refused. */
const refusedTerm = 30_000;
/** ms that a client that went away is given to come back, as one that is started anew does; after that this process is the client. */
const comeBackTerm = 10_000;
/** ms that the client may take to hear that the license is given back. */
const releaseTerm = 2000;

export function createLicenseUse(context: Context, wanted: LicenseWanted): LicenseUse {
  const over = new AbortController();
  let own: RunningProcess | null = null;
  /** The connection that the use is; null between two, and before and after. */
  let broker: BrokerConnection | null = null;
  let holding: Promise<void> = Promise.resolve();

  async function attach(signal: AbortSignal): Promise<void> {
    if (own !== null) return;
    ({ own } = await attachOrStart(context, () => startOwnAgent(context, noWindow, () => {}), signal));
  }

  /** Never throws: what the client of this process could not put away is in its log, and the job's own end is what counts. */
  async function detach(): Promise<void> {
    const ending = own;
    own = null;
    await ending?.stop().catch(() => undefined);
  }

  function connect(): Promise<BrokerConnection> {
    return connectToBroker(pathsOf(surroundingsOf(context)), {
      program: wanted.product,
      version: wanted.version,
      nonce: randomBytes(16).toString('base64url'),
      language: context.language,
    });
  }

  async function ask(asked: BrokerConnection, signal: AbortSignal): Promise<BrokerLicense> {
    const { features, interactive } = wanted;
    try {
      return await asked.acquire({ features, interactive }, signal);
    } catch (error) {
      asked.close();
      throw error;
    }
  }

  async function hold(): Promise<void> {
    const ended = new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve()));
    while (broker !== null) {
      await Promise.race([broker.closed, ended]);
      if (over.signal.aborted) break;
      broker = null;
      broker = await comeBack();
    }
    await Promise.race([
      broker?.release().catch(() => undefined),
      sleep(releaseTerm, undefined, { ref: false }),
    ]);
    broker?.close();
  }

  /** Null: the use was over before. */
  async function comeBack(): Promise<BrokerConnection | null> {
    const { signal } = over;
    const takesOver = performance.now() + comeBackTerm;
    let term = lookTerm;
    while (!signal.aborted) {
      await sleep(term, undefined, { signal }).catch(() => undefined);
      try {
        if (performance.now() > takesOver) await attach(signal);
        signal.throwIfAborted();
        const next = await connect();
        await ask(next, signal);
        return next;
      } catch (error) {
        if (error instanceof NoClientError) continue;
        // Another client, with settings of its own, may get what this one does not: it finds the profile free.
        await detach();
        term = Math.min(term * 2, refusedTerm);
      }
    }
    return null;
  }

  return {
    async begin() {
      const { signal } = context;
      let takesOver = performance.now();
      let gone: NoClientError | null = null;
      for (;;) {
        if (performance.now() >= takesOver) await attach(signal);
        // None: the client that was found has ended since.
        const found = await connect().catch(whenNone);
        if (found === null) {
          if (performance.now() > takesOver + endingLimit)
            throw gone ?? new NoClientError('no client answers');
          await sleep(100, undefined, { signal });
          continue;
        }
        try {
          const license = await ask(found, signal);
          broker = found;
          holding = hold();
          return license;
        } catch (error) {
          // A client that had to take the place of the one that was asked does not know what that one would have said.
          if (!(error instanceof NoClientError)) throw own === null ? error : (gone ?? error);
          gone = error;
          takesOver = performance.now() + comeBackTerm;
        }
      }
    },
    async borrow(days) {
      if (broker === null) throw new NoClientError('the client went away');
      return broker.borrow({ days }, context.signal);
    },
    async end() {
      over.abort();
      await holding;
      await detach();
    },
  };
}

function whenNone(error: unknown): null {
  if (error instanceof NoClientError) return null;
  throw error;
}
