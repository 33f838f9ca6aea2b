/** How background work ends. */
export interface Stopping {
  /** Begin nothing more. */
  readonly asked: AbortSignal;
  /** Leave what is begun. */
  readonly now: AbortSignal;
}

/** For work that is called by itself and ends by itself. */
export const neverStopping: Stopping = {
  asked: new AbortController().signal,
  now: new AbortController().signal,
};
