/** Milliseconds that a step may take; a slow machine takes a tenth. */
export const stepLimit = 60_000;

/**
 * Waits for what a step waits for, no longer than the limit and no longer than the person does.
 *
 * @param what the step in words: "in 60 s it did not happen that …"
 * @throws Error naming the step; what `happens` threw; the signal's reason
 */
export async function takeStep<T>(
  what: string,
  happens: Promise<T>,
  signal: AbortSignal,
  limit = stepLimit,
): Promise<T> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(limit)]);
  const ended = new Promise<never>((_resolve, reject) => {
    const end = () =>
      reject(
        signal.aborted ? signal.reason : new Error(`in ${limit / 1000} s it did not happen that ${what}`),
      );
    if (over.aborted) end();
    else over.addEventListener('abort', end, { once: true });
  });
  return Promise.race([happens, ended]);
}
