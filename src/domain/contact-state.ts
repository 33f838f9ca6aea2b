import type { Contact } from '../contract/portal/people.ts';

/** What is known of a contact's way in. Instants are milliseconds of UTC. */
export interface Access {
  /** The role lets its holder in; see `givesAccess`. */
  readonly givesAccess: boolean;
  readonly suspended: boolean;
  /** The person accepted: a password is set and the membership is theirs. */
  readonly accepted: boolean;
  /** End of the pending invitation; null when none is pending. */
  readonly invitedUntil: number | null;
}

/**
 * The state that people see. A suspended contact stays suspended whatever else changes; an accepted one is active;
 * the others wait for their invitation, which at its end is `expired` and can be mailed again (D5, D6).
 */
export function contactState(access: Access, now: number): Contact['state'] {
  if (access.suspended) return 'suspended';
  if (!access.givesAccess) return 'no-access';
  if (access.accepted) return 'active';
  return access.invitedUntil !== null && access.invitedUntil > now ? 'invited' : 'expired';
}
