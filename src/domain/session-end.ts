import type { Profile } from '../contract/portal/profile.ts';
import type { Instant } from '../contract/primitives.ts';

/** Milliseconds before the end of a session from which its person hears of it: two weeks, so that nobody meets it back from a holiday. */
const warningTerm = 14 * 86_400_000;

/**
 * The end of the session, when its person should sign in again by now. Of one that is over the portal tells, at the next contact.
 *
 * @param now milliseconds of UTC
 * @returns null when it is far, over, or not known
 */
export function nearSessionEnd(profile: Pick<Profile, 'sessionEndsAt'> | null, now: number): Instant | null {
  const endsAt = profile?.sessionEndsAt;
  if (endsAt === undefined) return null;
  const left = Date.parse(endsAt) - now;
  return left > 0 && left <= warningTerm ? endsAt : null;
}
