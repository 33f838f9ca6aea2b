import type { Portal } from '../context.ts';
import { describe } from '../errors.ts';
import { deliverDue } from '../mail/deliver.ts';
import type { MailTransport } from '../mail/transport.ts';
import { reindexDirectory } from '../services/people/reindex-directory.ts';
import { cleanUp } from './clean-up.ts';
import { answerLinkRequests } from './link-requests.ts';
import { warnOfSigningKey } from './warn-of-signing-key.ts';

/** Milliseconds between looks at the tables when nobody wakes the worker: work of other nodes that died, and repetitions. */
const pollInterval = 5_000;
const cleanUpInterval = 3_600_000;
const warnInterval = 86_400_000;

export interface Worker {
  /** There is new work. */
  wake(): void;
  /** Begins nothing more. Resolves when the work under way is done, or was left after `patience` milliseconds. */
  stop(patience: number): Promise<void>;
}

/**
 * The node's background work: answers requests for links, indexes what a migration listed, cleans up hourly, and says each day that the signing key ends; beside that, because mail servers are slow, delivers mails.
 * Every node runs one; rows are claimed with SKIP LOCKED, so that they share the work.
 */
export function startWorker(portal: Portal, transport: MailTransport): Worker {
  const asked = new AbortController();
  const now = new AbortController();
  const stopping = { asked: asked.signal, now: now.signal };
  let cleanedAt = Number.NEGATIVE_INFINITY;
  let warnedAt = Number.NEGATIVE_INFINITY;

  const requests = startLoop(portal, asked.signal, async () => {
    await answerLinkRequests(portal, stopping);
    mails.wake();
    if (!asked.signal.aborted && (await reindexDirectory(portal.database))) requests.wake();
    // By the machine's running time: a clock under test does not decide how often tables are swept.
    if (asked.signal.aborted || performance.now() - cleanedAt < cleanUpInterval) return;
    cleanedAt = performance.now();
    if (cleanedAt - warnedAt >= warnInterval) {
      warnedAt = cleanedAt;
      warnOfSigningKey(portal);
    }
    await cleanUp(portal);
  });
  const mails = startLoop(portal, asked.signal, () => deliverDue(portal, transport, stopping));
  return {
    wake() {
      requests.wake();
      mails.wake();
    },
    async stop(patience) {
      asked.abort();
      const timer = setTimeout(() => now.abort(), patience);
      await Promise.all([requests.done, mails.done]);
      clearTimeout(timer);
    },
  };
}

/** Repeats a step whenever it is woken, and from time to time. */
function startLoop(portal: Portal, asked: AbortSignal, step: () => Promise<void>) {
  let woken = false;
  let wakeSleeper: () => void = () => undefined;

  function sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pollInterval);
      timer.unref();
      wakeSleeper = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function work(): Promise<void> {
    // The step of a loop may wake the other one.
    await Promise.resolve();
    while (!asked.aborted) {
      woken = false;
      await step().catch((error: unknown) =>
        portal.log.error({ error: describe(error) }, 'background work failed'),
      );
      if (!woken && !asked.aborted) await sleep();
    }
  }

  asked.addEventListener('abort', () => wakeSleeper());
  return {
    done: work(),
    wake() {
      woken = true;
      wakeSleeper();
    },
  };
}
