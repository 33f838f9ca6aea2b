import type { z } from 'zod';
import { AldabaError } from '../../contract/errors.ts';
import type { signedInSchema, signInOutputSchema } from '../../contract/portal/sessions.ts';
import type { DeviceDescription } from '../../contract/primitives.ts';
import { normalizeEmail } from '../../domain/email.ts';
import { audit } from '../audit/audit.ts';
import { beginAttempt } from '../auth/guessing.ts';
import type { Portal, ProvenDevice, RequestInfo } from '../context.ts';
import type { Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import { accountTicket } from '../db/schema.ts';
import { hashToken, newToken } from '../ids.ts';
import { acceptJoin, type Entrance, entrances } from './memberships.ts';
import { openSession } from './open-session.ts';
import { profileOf } from './profile.ts';
import { issueAccess } from './tokens.ts';

/** Milliseconds that the choice among companies stays open. */
const ticketMilliseconds = 5 * 60_000;

export type SignedIn = z.output<typeof signedInSchema>;
export type SignInAnswer = z.output<typeof signInOutputSchema>;

export interface Caller {
  readonly portal: Portal;
  readonly request: RequestInfo;
  readonly device: ProvenDevice;
}

interface SignInInput {
  email: string;
  password: string;
  device: DeviceDescription;
  nextTokenHash: string;
  accountId?: string | undefined;
}

/**
 * Email and password (A3, D1). An unknown email, a person without a password, a wrong password, a running delay and a person whom every
 * company suspended get one answer at one cost: one statement, one password hash.
 *
 * @throws `invalid-credentials`, `proof-invalid`, `unavailable` when too many passwords wait to be checked
 */
export async function signIn(caller: Caller, input: SignInInput): Promise<SignInAnswer> {
  const { portal, request, device } = caller;
  if (input.device.key.x !== device.key)
    throw new AldabaError('proof-invalid', 'the proof is of another device key');
  const attempt = await beginAttempt(portal, {
    email: normalizeEmail(input.email),
    address: request.address,
  });
  const { found, delayed } = attempt;
  const right = await portal.hasher.verify(input.password, delayed ? null : (found?.passwordHash ?? null));
  if (!right || found === null)
    throw new AldabaError('invalid-credentials', delayed ? 'delay is running' : 'wrong');

  return portal.database.asService(async (tx) => {
    const now = portal.clock.now();
    const choices = await entrances(tx, found.id, now);
    if (choices.length === 0) throw new AldabaError('invalid-credentials', 'no company to enter');
    await attempt.forgive(tx);
    const chosen = choose(choices, input.accountId);
    if (chosen === null)
      return offerChoice(tx, { identityId: found.id, device: input.device }, caller, choices);
    return enter(tx, caller, {
      person: found,
      device: input.device,
      nextTokenHash: input.nextTokenHash,
      confirmedAt: now,
      entrance: chosen,
      choices,
    });
  });
}

function choose(choices: Entrance[], accountId: string | undefined): Entrance | null {
  if (accountId !== undefined)
    return choices.find(({ membership }) => membership.account.id === accountId) ?? null;
  return choices.length === 1 ? (choices[0] ?? null) : null;
}

async function offerChoice(
  tx: Tx,
  who: { identityId: string; device: DeviceDescription },
  { portal, device }: Caller,
  choices: Entrance[],
): Promise<SignInAnswer> {
  const ticket = newToken();
  const now = portal.clock.now();
  await tx.insert(accountTicket).values({
    tokenHash: hashToken(ticket),
    identityId: who.identityId,
    device: who.device,
    deviceThumbprint: device.thumbprint,
    createdAt: new Date(now),
    expiresAt: new Date(now + ticketMilliseconds),
  });
  return { kind: 'choose-account', ticket, accounts: choices.map(({ membership }) => membership) };
}

const takeTicket: Statement = {
  name: 'take-ticket',
  text: `delete from account_ticket t using identity i
    where t.token_hash = $1 and t.device_thumbprint = $2 and t.expires_at > $3 and i.id = t.identity_id
    returning i.id, i.email, i.name, t.device, extract(epoch from t.created_at) * 1000 as created_at`,
};

/**
 * The second half of signing in for a person of several companies (C10). The ticket works once, on the device that it was given to.
 *
 * @throws `account-choice-expired` also for a company that is not among the choices
 */
export async function chooseAccount(
  caller: Caller,
  input: { ticket: string; accountId: string; nextTokenHash: string },
): Promise<SignedIn> {
  const { portal, device } = caller;
  return portal.database.asService(async (tx) => {
    const now = portal.clock.now();
    const [ticket] = await run<{
      id: string;
      email: string;
      name: string;
      device: DeviceDescription;
      created_at: string;
    }>(tx, takeTicket, [hashToken(input.ticket), device.thumbprint, new Date(now).toISOString()]);
    if (ticket === undefined) throw new AldabaError('account-choice-expired', 'no such ticket');
    const choices = await entrances(tx, ticket.id, now);
    const entrance = choose(choices, input.accountId);
    if (entrance === null) throw new AldabaError('account-choice-expired', 'not among the choices');
    return enter(tx, caller, {
      person: ticket,
      device: ticket.device,
      nextTokenHash: input.nextTokenHash,
      confirmedAt: Number(ticket.created_at),
      entrance,
      choices,
    });
  });
}

const noteSignIn: Statement = {
  name: 'note-sign-in',
  text: 'update membership set last_sign_in_at = $3 where account_id = $1 and identity_id = $2',
};

/** Opens the session and writes it down. */
async function enter(
  tx: Tx,
  { portal, request, device }: Caller,
  what: {
    person: { id: string; email: string; name: string };
    device: DeviceDescription;
    nextTokenHash: string;
    confirmedAt: number;
    entrance: Entrance;
    choices: Entrance[];
  },
): Promise<SignedIn> {
  const now = portal.clock.now();
  const { person, entrance } = what;
  const accountId = entrance.membership.account.id;
  if (entrance.joins) await acceptJoin(tx, { accountId, identityId: person.id }, now);
  const sessionId = await openSession(
    tx,
    {
      identityId: person.id,
      accountId,
      device: what.device,
      thumbprint: device.thumbprint,
      nextTokenHash: what.nextTokenHash,
      confirmedAt: what.confirmedAt,
    },
    now,
  );
  const access = await issueAccess(tx, sessionId, now);
  await run(tx, noteSignIn, [accountId, person.id, new Date(now).toISOString()]);
  const profile = await profileOf(tx, { identityId: person.id, sessionId, accountId }, now, what.choices);
  await audit(tx, {
    accountId,
    at: now,
    action: 'session.started',
    actor: { kind: 'person', id: person.id, name: person.name, email: person.email },
    subject: { kind: 'session', id: sessionId },
    after: { device: what.device.name, platform: what.device.platform, joined: entrance.joins },
    address: request.address,
    device: device.thumbprint,
    requestId: request.id,
  });
  return { kind: 'signed-in', access, profile };
}
