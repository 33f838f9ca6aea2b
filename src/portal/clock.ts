/** Time as the portal sees it: milliseconds of UTC. Every instant that is stored or compared comes from here. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
