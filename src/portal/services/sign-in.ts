import type { z } from 'zod';
import { AldabaError } from '../../contract/errors.ts';
import type { signInOutputSchema } from '../../contract/portal/sessions.ts';
import type { DeviceDescription } from '../../contract/primitives.ts';
import { normalizeEmail } from '../../domain/email.ts';
import type { Forgiveness, Found } from '../auth/guessing.ts';
import type { Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import { withRetry } from '../db/with-retry.ts';
import { hashToken, newToken } from '../ids.ts';
import { type Caller, type Entering, enterCompany, enterIn, type SignedIn } from './enter-company.ts';
import { type Entrance, type Entrant, findEntrant } from './memberships.ts';
import { findSessionBefore, type SessionBefore } from './open-session.ts';

/** Milliseconds that the choice among companies stays open. */
const ticketMilliseconds = 5 * 60_000;

export type SignInAnswer = z.output<typeof signInOutputSchema>;

interface SignInInput {
  email: string;
  password: string;
  device: DeviceDescription;
  nextTokenHash: string;
  accountId?: string | undefined;
}

/**
 * Email and password (A3, D1). An unknown email, a person without a password, a wrong password, a running delay and a person whom every
 * company suspended get one answer at one cost: the same statements, one password hash.
 *
 * @throws `invalid-credentials`, `proof-invalid`, `unavailable` when too many passwords wait to be checked
 */
export async function signIn(caller: Caller, input: SignInInput): Promise<SignInAnswer> {
  const { portal, request, device } = caller;
  if (input.device.key.x !== device.key)
    throw new AldabaError('proof-invalid', 'the proof is of another device key');
  return portal.guessing.attempt(
    { email: normalizeEmail(input.email), network: request.network },
    // The companies and the session are looked up while the password is hashed, for nobody as well.
    (found) => {
      return Promise.all([
        portal.hasher.verify(input.password, found?.passwordHash ?? null, request.network),
        lookUp(caller, found?.id ?? nobody),
      ]);
    },
    ([right, stand], found, forgiveness) =>
      judge(caller, input, { ...stand, found: right ? found : null, forgiveness }),
  );
}

/** What a sign-in goes on from; `openSession` checks that it is still so. */
async function lookUp(
  { portal, device }: Caller,
  identityId: string,
): Promise<{ entrant: Entrant; before: SessionBefore | null }> {
  const { queries } = portal.database;
  const [entrant, before] = await Promise.all([
    findEntrant(queries, identityId, portal.clock.now()),
    findSessionBefore(queries, { identityId, thumbprint: device.thumbprint }),
  ]);
  return { entrant, before };
}

async function judge(
  caller: Caller,
  input: SignInInput,
  who: { found: Found | null; entrant: Entrant; before: SessionBefore | null; forgiveness: Forgiveness },
): Promise<SignInAnswer> {
  const { found, entrant, before, forgiveness } = who;
  if (found === null || found.passwordHash === null) throw new AldabaError('invalid-credentials', 'wrong');
  const { passwordHash } = found;
  const { entrances } = entrant;
  if (entrances.length === 0) throw new AldabaError('invalid-credentials', 'no company to enter');
  const entrance = choose(entrances, input.accountId);
  if (entrance === null)
    return offerChoice(caller, {
      identityId: found.id,
      passwordHash,
      device: input.device,
      entrances,
      forgiveness,
    });
  return comeIn(caller, {
    identityId: found.id,
    entrant,
    entrance,
    before,
    device: input.device,
    nextTokenHash: input.nextTokenHash,
    confirmedAt: caller.portal.clock.now(),
    passwordHash,
    forgiveness,
    refusal: changed,
  });
}

const changed = () =>
  new AldabaError('invalid-credentials', 'password or membership changed while the password was checked');

/** The nil UUID (RFC 9562, 5.9): nobody's. */
const nobody = '00000000-0000-0000-0000-000000000000';

function choose(choices: readonly Entrance[], accountId: string | undefined): Entrance | null {
  if (accountId !== undefined)
    return choices.find(({ membership }) => membership.account.id === accountId) ?? null;
  // Entering a company that invited somebody accepts the invitation: that is theirs to choose, also when there is nothing else.
  return choices.length === 1 && choices[0]?.joins === false ? choices[0] : null;
}

/** Holds good for the password that was given: with another one the choice is over. */
const insertTicket: Statement = {
  name: 'insert-ticket',
  text: `insert into account_ticket (token_hash, identity_id, password_hash, device, device_thumbprint, created_at, expires_at)
    select $1, id, password_hash, $4::jsonb, $5, $6::timestamptz, $7::timestamptz from identity where id = $2 and password_hash = $3 for share
    returning 1`,
};

async function offerChoice(
  { portal, device }: Caller,
  who: {
    identityId: string;
    passwordHash: string;
    device: DeviceDescription;
    entrances: readonly Entrance[];
    forgiveness: Forgiveness;
  },
): Promise<SignInAnswer> {
  const ticket = newToken();
  const now = portal.clock.now();
  await withRetry(() =>
    portal.database.asService(async (tx) => {
      const inserted = await run(tx, insertTicket, [
        hashToken(ticket),
        who.identityId,
        who.passwordHash,
        JSON.stringify(who.device),
        device.thumbprint,
        new Date(now).toISOString(),
        new Date(now + ticketMilliseconds).toISOString(),
      ]);
      if (inserted.length === 0) throw changed();
      await who.forgiveness.in(tx);
    }),
  );
  return { kind: 'choose-account', ticket, accounts: who.entrances.map(({ membership }) => membership) };
}

const takeTicket: Statement = {
  name: 'take-ticket',
  text: `delete from account_ticket where token_hash = $1 and device_thumbprint = $2 and expires_at > $3
    returning identity_id, password_hash, device, extract(epoch from created_at) * 1000 as created_at`,
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
  const { portal } = caller;
  return withRetry(() => portal.database.asService((tx) => chooseIn(tx, caller, input)));
}

async function chooseIn(
  tx: Tx,
  caller: Caller,
  input: { ticket: string; accountId: string; nextTokenHash: string },
): Promise<SignedIn> {
  const { portal, device } = caller;
  const now = portal.clock.now();
  const [ticket] = await run<{
    identity_id: string;
    password_hash: string | null;
    device: DeviceDescription;
    created_at: string;
  }>(tx, takeTicket, [hashToken(input.ticket), device.thumbprint, new Date(now).toISOString()]);
  if (ticket === undefined || ticket.password_hash === null)
    throw new AldabaError('account-choice-expired', 'no such ticket');
  const identityId = ticket.identity_id;
  const entrant = await findEntrant(tx, identityId, now);
  const entrance = choose(entrant.entrances, input.accountId);
  if (entrance === null) throw new AldabaError('account-choice-expired', 'not among the choices');
  return enterIn(tx, caller, {
    identityId,
    entrant,
    entrance,
    before: await findSessionBefore(tx, { identityId, thumbprint: device.thumbprint }),
    device: ticket.device,
    nextTokenHash: input.nextTokenHash,
    confirmedAt: Number(ticket.created_at),
    passwordHash: ticket.password_hash,
    forgiveness: null,
    refusal: () => new AldabaError('account-choice-expired', 'not among the choices any more'),
  });
}

function comeIn(caller: Caller, first: Entering): Promise<SignedIn> {
  let what: Entering | undefined = first;
  return withRetry(async () => {
    // Again when another request was quicker: the session before or the role is another one.
    const entering = what ?? (await lookAgain(caller, first));
    what = undefined;
    return enterCompany(caller, entering);
  });
}

async function lookAgain(caller: Caller, first: Entering): Promise<Entering> {
  const stand = await lookUp(caller, first.identityId);
  const entrance = choose(stand.entrant.entrances, first.entrance.membership.account.id);
  if (entrance === null) throw first.refusal();
  return { ...first, ...stand, entrance };
}
