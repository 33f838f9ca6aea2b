/**
 * The highest UTC this machine has seen, so that setting the clock back does not lengthen a license (docs/figures.md, "Clock").
 * A deterrent: whoever controls the machine can restore both copies and their key.
 */
export interface ClockMark {
  /** Milliseconds UTC. */
  readonly high: number;
  /** Set while the clock is too far back: when that was first seen (by the clock of then) and ms of running time since. */
  readonly suspect: { readonly since: number; readonly ran: number } | null;
}

export type ClockVerdict =
  | { readonly verdict: 'ok' | 'warned'; readonly back: number }
  | { readonly verdict: 'suspect'; readonly back: number; readonly until: number };

const hour = 3_600_000;
/** Back by up to this is a time server at work, or a time zone mistake of the firmware. Not mentioned. */
export const clockIgnoredBack = 2 * hour;
/** Back by up to this is said. More is suspect. */
export const clockWarnedBack = 24 * hour;
/** From the moment it is suspect: time for one contact with the portal. */
export const clockContactTerm = 72 * hour;

/**
 * The mark after the clock showed `now`, `ran` ms of running time after the call before. Never lowers `high`, which goes on with
 * running time: a clock that stays set back stays that far back.
 */
export function advanceClockMark(mark: ClockMark | null, now: number, ran: number): ClockMark {
  if (mark === null) return { high: now, suspect: null };
  const high = Math.max(mark.high + Math.max(0, Math.floor(ran)), now);
  if (high - now <= clockWarnedBack) return { high, suspect: null };
  if (mark.suspect === null) return { high, suspect: { since: now, ran: 0 } };
  return {
    high,
    suspect: { since: mark.suspect.since, ran: mark.suspect.ran + Math.max(0, Math.floor(ran)) },
  };
}

/** The portal's time settles it, in both directions: a mark made by a clock that ran ahead is lowered. */
export function clockMarkAfterContact(serverTime: number): ClockMark {
  return { high: serverTime, suspect: null };
}

/** A signed time (`iat` of a document) is a lower bound of UTC. */
export function raiseClockMark(mark: ClockMark, signedTime: number): ClockMark {
  return signedTime > mark.high ? { ...mark, high: signedTime } : mark;
}

/** What the mark says of a clock that shows `now`. `until` counts by the clock or by running time, whichever has gone further. */
export function clockVerdict(mark: ClockMark, now: number): ClockVerdict {
  const back = Math.max(0, mark.high - now);
  if (back <= clockIgnoredBack) return { verdict: 'ok', back };
  if (back <= clockWarnedBack) return { verdict: 'warned', back };
  const spent = mark.suspect === null ? 0 : Math.max(0, now - mark.suspect.since, mark.suspect.ran);
  return { verdict: 'suspect', back, until: now + clockContactTerm - spent };
}
