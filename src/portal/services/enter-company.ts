import type { z } from 'zod';
import { AldabaError } from '../../contract/errors.ts';
import type { signedInSchema } from '../../contract/portal/sessions.ts';
import type { DeviceDescription } from '../../contract/primitives.ts';
import { type AuditEntry, audit } from '../audit/audit.ts';
import type { Forgiveness } from '../auth/guessing.ts';
import type { Portal, ProvenDevice, RequestInfo } from '../context.ts';
import type { Queries, Tx } from '../db/database.ts';
import { acceptJoin, type Entrance, type Entrant } from './memberships.ts';
import { type NewSession, type Opened, openSession, type SessionBefore } from './open-session.ts';
import { profileOf } from './profile.ts';
import { releaseLeasesOfSessions } from './session-leases.ts';

export type SignedIn = z.output<typeof signedInSchema>;

export interface Caller {
  readonly portal: Portal;
  readonly request: RequestInfo;
  readonly device: ProvenDevice;
}

/** Who enters which company, with what was looked up for it: `openSession` checks that it is still so. */
export interface Entering {
  identityId: string;
  entrant: Entrant;
  entrance: Entrance;
  /** These: see `NewSession`. */
  before: SessionBefore | null;
  device: DeviceDescription;
  nextTokenHash: string;
  confirmedAt: number;
  passwordHash: string;
  forgiveness: Forgiveness | null;
  /** What is answered when the person may not enter any more. */
  refusal: () => AldabaError;
}

/** Enters by what this needs: a transaction where more changes than the session, else one statement. */
export function enterCompany(caller: Caller, what: Entering): Promise<SignedIn> {
  const { database } = caller.portal;
  return what.entrance.joins || moves(what)
    ? database.asService((tx) => enterIn(tx, caller, what))
    : enter(database.queries, caller, what);
}

/** Whether the device was in another company, whose leases it leaves behind. */
const moves = ({ before, entrance }: Entering) =>
  before !== null && before.accountId !== entrance.membership.account.id;

/** In a transaction: an invitation is accepted before, and leases left behind end before the entry, whose chain is locked last. */
export async function enterIn(tx: Tx, caller: Caller, what: Entering): Promise<SignedIn> {
  const now = caller.portal.clock.now();
  const { identityId, entrance, before } = what;
  const accountId = entrance.membership.account.id;
  if (entrance.joins && !(await acceptJoin(tx, { accountId, identityId }, now))) throw what.refusal();
  const opened = await openSession(tx, newSession(caller, what), now);
  if (opened === null) throw what.refusal();
  if (before !== null && moves(what)) await releaseLeasesOfSessions(tx, [before.id], now);
  await audit(tx, entryOf(caller, what, now)(opened.sessionId));
  return signedIn(what, opened);
}

/** All of it in one statement. */
async function enter(on: Queries, caller: Caller, what: Entering): Promise<SignedIn> {
  const now = caller.portal.clock.now();
  const opened = await openSession(on, newSession(caller, what), now, entryOf(caller, what, now));
  if (opened === null) throw what.refusal();
  return signedIn(what, opened);
}

const newSession = ({ device }: Caller, what: Entering): NewSession => ({
  ...what,
  accountId: what.entrance.membership.account.id,
  roleId: what.entrance.roleId,
  thumbprint: device.thumbprint,
});

function entryOf(
  { request, device }: Caller,
  what: Entering,
  now: number,
): (sessionId: string) => AuditEntry {
  const { entrant, entrance, identityId } = what;
  const { identity } = entrant;
  if (identity === null) throw new AldabaError('session-ended', 'no such person');
  return (sessionId) => ({
    accountId: entrance.membership.account.id,
    at: now,
    action: 'session.started',
    actor: { kind: 'person', id: identityId, name: identity.name, email: identity.email },
    subject: { kind: 'session', id: sessionId },
    after: { device: what.device.name, platform: what.device.platform, joined: entrance.joins },
    address: request.address,
    device: device.thumbprint,
    requestId: request.id,
  });
}

function signedIn({ entrant, entrance, identityId }: Entering, { access, ...session }: Opened): SignedIn {
  const accountId = entrance.membership.account.id;
  return { kind: 'signed-in', access, profile: profileOf(entrant, { accountId, identityId, ...session }) };
}
