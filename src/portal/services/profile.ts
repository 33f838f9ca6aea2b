import { AldabaError } from '../../contract/errors.ts';
import { permissions } from '../../contract/permissions.ts';
import type { Profile } from '../../contract/portal/profile.ts';
import type { Queries, Tx } from '../db/database.ts';
import { type Entrant, findEntrant } from './memberships.ts';

/** Where a person is. */
export interface Whereabouts {
  readonly identityId: string;
  readonly sessionId: string;
  readonly accountId: string;
  /** When the session ends, used or not, ms of UTC. */
  readonly sessionEndsAt: number;
}

/**
 * Who is signed in, where, and what they may do.
 *
 * @throws `session-ended` when the company of the session is not to be entered any more
 */
export function profileOf({ identity, entrances }: Entrant, where: Whereabouts): Profile {
  const here = entrances.find(({ membership }) => membership.account.id === where.accountId);
  if (identity === null || here === undefined)
    throw new AldabaError('session-ended', 'no active membership', { reason: 'suspended' });
  return {
    identity,
    membership: here.membership,
    permissions: permissions.filter((permission) => here.permissions.has(permission)),
    accounts: entrances.map(({ membership }) => membership),
    sessionId: where.sessionId,
    sessionEndsAt: new Date(where.sessionEndsAt).toISOString(),
  };
}

/** The same, read now. @param now milliseconds of UTC */
export async function readProfile(on: Queries | Tx, where: Whereabouts, now: number): Promise<Profile> {
  return profileOf(await findEntrant(on, where.identityId, now), where);
}
