import { AldabaError } from '../../contract/errors.ts';
import { permissions } from '../../contract/permissions.ts';
import type { Profile } from '../../contract/portal/sessions.ts';
import type { Language } from '../../contract/primitives.ts';
import type { Queries, Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import { type Entrance, entrances } from './memberships.ts';

const findIdentity: Statement = {
  name: 'find-identity',
  text: 'select id, email, name, language from identity where id = $1',
};

/**
 * Who is signed in, where, and what they may do.
 *
 * @param now milliseconds of UTC
 * @param known the person's entrances, when the caller has them
 * @throws `session-ended` when the company of the session is not to be entered any more
 */
export async function profileOf(
  on: Queries | Tx,
  who: { identityId: string; sessionId: string; accountId: string },
  now: number,
  known?: Entrance[],
): Promise<Profile> {
  const [identity] = await run<{ id: string; email: string; name: string; language: Language }>(
    on,
    findIdentity,
    [who.identityId],
  );
  const choices = known ?? (await entrances(on, who.identityId, now));
  const here = choices.find(({ membership }) => membership.account.id === who.accountId);
  if (identity === undefined || here === undefined)
    throw new AldabaError('session-ended', 'no active membership');
  return {
    identity,
    membership: here.membership,
    permissions: permissions.filter((permission) => here.permissions.has(permission)),
    accounts: choices.map(({ membership }) => membership),
    sessionId: who.sessionId,
  };
}
