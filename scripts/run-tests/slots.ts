/**
 * Shares a number of slots among jobs of different width, first come first served: a wide job at the head of the queue
 * waits until it fits and is not overtaken.
 */
export function createSlots(total: number): <T>(width: number, job: () => Promise<T>) => Promise<T> {
  let free = total;
  const queue: { width: number; start: () => void }[] = [];
  const admit = () => {
    for (let next = queue[0]; next !== undefined && next.width <= free; next = queue[0]) {
      queue.shift();
      free -= next.width;
      next.start();
    }
  };
  return async (width, job) => {
    const taken = Math.min(width, total);
    await new Promise<void>((resolve) => {
      queue.push({ width: taken, start: resolve });
      admit();
    });
    try {
      return await job();
    } finally {
      free += taken;
      admit();
    }
  };
}
