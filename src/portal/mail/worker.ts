import type { Portal } from '../context.ts';
import { describe } from '../errors.ts';
import { reindexDirectory } from '../services/people/reindex-directory.ts';
import { cleanUp } from './clean-up.ts';
import { deliverDue } from './deliver.ts';
import { answerLinkRequests } from './link-requests.ts';
import type { MailTransport } from './transport.ts';

/** Milliseconds between looks at the tables when nobody wakes the worker: work of other nodes that died, and repetitions. */
const pollInterval = 5_000;
const cleanUpInterval = 3_600_000;

export interface Worker {
  /** There is new work. */
  wake(): void;
  /** Resolves when the work under way is done. */
  stop(): Promise<void>;
}

/**
 * The node's background work, one step after the other: answers requests for links, delivers mails, cleans up hourly, and between
 * steps brings a part of the directory up to date after a migration that asked for it.
 * Every node runs one; rows are claimed with SKIP LOCKED, so that they share the work.
 */
export function startWorker(portal: Portal, transport: MailTransport): Worker {
  let stopped = false;
  let woken = false;
  let cleanedAt = Number.NEGATIVE_INFINITY;
  let wakeSleeper: () => void = () => undefined;

  async function step(): Promise<void> {
    woken = false;
    await answerLinkRequests(portal);
    await deliverDue(portal, transport);
    if (await reindexDirectory(portal.database)) woken = true;
    // By the machine's running time: a clock under test does not decide how often tables are swept.
    if (performance.now() - cleanedAt < cleanUpInterval) return;
    cleanedAt = performance.now();
    await cleanUp(portal);
  }

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
    while (!stopped) {
      try {
        await step();
      } catch (error) {
        portal.log.error({ error: describe(error) }, 'background work failed');
      }
      if (!woken && !stopped) await sleep();
    }
  }

  const done = work();
  return {
    wake() {
      woken = true;
      wakeSleeper();
    },
    async stop() {
      stopped = true;
      wakeSleeper();
      await done;
    },
  };
}
