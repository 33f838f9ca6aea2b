/** ms after which work under way holds nobody up any more: a connection that died may take a minute to be given up. */
const patience = 250;

/**
 * Gathers what comes while earlier work under the same key is still on its way, and does it together afterwards. Nothing waits for
 * company: the first one goes at once, so that a single caller loses no time and a crowd shares one round trip.
 *
 * @param work gets 1 to `limit` items and answers one result per item, in their order; when it throws, all of them fail
 */
export function createBatcher<Item, Result>(
  work: (key: string, items: readonly Item[]) => Promise<readonly Result[]>,
  limit: number,
): (key: string, item: Item) => Promise<Result> {
  interface Waiting {
    readonly item: Item;
    readonly resolve: (result: Result) => void;
    readonly reject: (reason: unknown) => void;
  }
  const queues = new Map<string, Waiting[]>();

  async function answer(key: string, batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await work(
        key,
        batch.map(({ item }) => item),
      );
      if (results.length !== batch.length) throw new Error('a batch answered another number of results');
      // The lengths are equal, so each place has its result.
      for (const [place, { resolve }] of batch.entries()) resolve(results[place] as Result);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async function drain(key: string, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0, limit);
      await new Promise<void>((goOn) => {
        const timer = setTimeout(goOn, patience);
        void answer(key, batch).finally(() => {
          clearTimeout(timer);
          goOn();
        });
      });
    }
    queues.delete(key);
  }

  return (key, item) =>
    new Promise((resolve, reject) => {
      const queue = queues.get(key);
      if (queue !== undefined) {
        queue.push({ item, resolve, reject });
        return;
      }
      const started = [{ item, resolve, reject }];
      queues.set(key, started);
      void drain(key, started);
    });
}
