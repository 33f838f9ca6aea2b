/**
 * Runs the steps of an ending one after the other, each whatever the ones before it did: what is left open keeps a process alive.
 * @throws the first step's error, after the last step
 */
export async function runEveryStep(...steps: readonly (() => unknown)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}
