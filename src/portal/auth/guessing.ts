import type { Portal } from '../context.ts';
import type { Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';

/**
 * The delay that makes guessing slow: after `free` wrong passwords, 1 s, doubling to 15 min (administration.md). Two counters decide:
 * the identity's, and the network address's, which is wider because a whole office shares one and must not be locked by a colleague.
 *
 * An attempt is counted before the password is checked, so that parallel guesses do not slip through, and is taken back when the
 * password was right. While a delay runs nothing is counted: whoever keeps guessing does not make it longer.
 */
const counters = {
  identity: { free: 5, forgottenAfter: '1 day' },
  address: { free: 50, forgottenAfter: '1 hour' },
} as const;
const longestDelay = 900;
/** Wrong ones of the address that somebody else's right one makes good: an office signs in more often than it mistypes. */
const forgivenPerSuccess = 2;

function count(counter: keyof typeof counters, key: string): string {
  const { free, forgottenAfter } = counters[counter];
  const failures = `(case when g.updated_at < $3::timestamptz - interval '${forgottenAfter}' then 1 else g.failures + 1 end)`;
  const delay = `case when ${failures} >= ${free} then least(power(2, ${failures} - ${free}), ${longestDelay}) else 0 end`;
  return `insert into guess as g (key, failures, blocked_until, updated_at) values (${key}, 1, $3::timestamptz, $3::timestamptz)
      on conflict (key) do update
        set failures = ${failures}, blocked_until = $3::timestamptz + make_interval(secs => ${delay}), updated_at = $3::timestamptz
        where g.blocked_until <= $3::timestamptz
      returning 1`;
}

/** Counts the attempt and finds the person, in one statement that is the same for every address. */
const countAttempt: Statement = {
  name: 'count-attempt',
  text: `with by_identity as (${count('identity', '$1::text')}), by_address as (${count('address', '$2::text')})
    select not (exists (select from by_identity) and exists (select from by_address)) as delayed,
      i.id, i.email, i.name, i.language, i.home_account_id, i.password_hash
    from (select 1) as one left join identity i on i.email_normalized = $4`,
};

const forgive: Statement = {
  name: 'forgive-attempt',
  text: `with by_identity as (delete from guess where key = $1)
    update guess set failures = greatest(failures - ${1 + forgivenPerSuccess}, 0), blocked_until = $3::timestamptz where key = $2`,
};

export interface Attempt {
  /** A delay is running: whatever the password, the answer is that of a wrong one. */
  readonly delayed: boolean;
  /** The person of that email, if there is one. */
  readonly found: { id: string; email: string; name: string; passwordHash: string | null } | null;
  /** To be called in the transaction of what the right password opens. */
  forgive(tx: Tx): Promise<void>;
}

/**
 * @param who.email normalized
 * @param who.address network address
 */
export async function beginAttempt(
  portal: Portal,
  who: { email: string; address: string },
): Promise<Attempt> {
  const keys = [`identity:${who.email}`, `address:${who.address}`];
  const now = new Date(portal.clock.now()).toISOString();
  const [row] = await run<{
    delayed: boolean;
    id: string | null;
    email: string;
    name: string;
    password_hash: string | null;
  }>(portal.database.queries, countAttempt, [...keys, now, who.email]);
  if (row === undefined) throw new Error('an attempt was not counted');
  return {
    delayed: row.delayed,
    found:
      row.id === null
        ? null
        : { id: row.id, email: row.email, name: row.name, passwordHash: row.password_hash },
    async forgive(tx) {
      await run(tx, forgive, [...keys, new Date(portal.clock.now()).toISOString()]);
    },
  };
}
