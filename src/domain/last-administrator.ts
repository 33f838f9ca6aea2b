import type { Permission } from '../contract/permissions.ts';
import { isAdministrator } from './roles.ts';

/** What decides whether a member can administer the account by themselves, right now. */
export interface Standing {
  /** Effective permissions of the member. */
  readonly permissions: ReadonlySet<Permission>;
  /** Neither invited nor suspended. */
  readonly active: boolean;
  /** Somebody who never set a password cannot sign in. */
  readonly hasPassword: boolean;
}

/** At least one of these has to remain in every account that has one. */
export function canAdminister(standing: Standing): boolean {
  return standing.active && standing.hasPassword && isAdministrator(standing.permissions);
}

/**
 * True when a change would leave the account without anybody who can administer it. Decide it under the account's row lock:
 * two changes that are each harmless alone may not both pass.
 *
 * @param before the member as it is
 * @param after the member as it would be; null when it goes (delete, leave)
 * @param others how many other members can administer; only whether it is 0 matters
 */
export function removesLastAdministrator(before: Standing, after: Standing | null, others: number): boolean {
  if (others > 0 || !canAdminister(before)) return false;
  return after === null || !canAdminister(after);
}
