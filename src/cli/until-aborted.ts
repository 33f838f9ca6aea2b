/**
 * What `work` comes to. After an abort it has `term` ms more, to end in order; then it is left behind, and the signal's reason is thrown.
 */
export async function untilAborted<T>(signal: AbortSignal, term: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = Promise.withResolvers<never>();
  const hear = () => {
    timer = setTimeout(() => late.reject(signal.reason), term);
  };
  if (signal.aborted) hear();
  else signal.addEventListener('abort', hear);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', hear);
  }
}
