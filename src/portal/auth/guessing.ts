import type { Logger } from 'pino';
import { AldabaError } from '../../contract/errors.ts';
import type { Clock } from '../clock.ts';
import type { Database, Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import { describe } from '../errors.ts';

/**
 * The delay that makes guessing slow: after `free` wrong passwords, 1 s, doubling to 15 min (administration.md). Two counters decide:
 * the identity's, and the network's, which is wider because a whole office shares one and must not be locked by a colleague.
 *
 * An attempt is counted before the password is checked, so that parallel guesses do not slip through, and is taken back when the
 * password was right or nobody judged it. While a delay of either runs neither is counted: whoever keeps guessing makes it no longer.
 */
const counters = {
  identity: { free: 5, forgottenAfter: '1 day' },
  address: { free: 50, forgottenAfter: '1 hour' },
} as const;
const longestDelay = 900;
/** 2^10 s are more than `longestDelay`, and far less than a double holds: the database computes the power before it takes the least. */
const largestExponent = 10;
/** Wrong ones of the network that somebody else's right one makes good: an office signs in more often than it mistypes. */
const forgivenPerSuccess = 2;

/** @param source rows without which nothing is counted */
function count(counter: keyof typeof counters, key: string, source: string): string {
  const { free, forgottenAfter } = counters[counter];
  const failures = `(case when g.updated_at < $3::timestamptz - interval '${forgottenAfter}' then 1 else g.failures + 1 end)`;
  const delay = `case when ${failures} >= ${free} then least(power(2, least(${failures} - ${free}, ${largestExponent})), ${longestDelay}) else 0 end`;
  return `insert into guess as g (key, failures, blocked_until, updated_at)
      select ${key}, 1, $3::timestamptz, $3::timestamptz ${source}
      on conflict (key) do update
        set failures = ${failures}, blocked_until = $3::timestamptz + make_interval(secs => ${delay}), updated_at = $3::timestamptz
        where g.blocked_until <= $3::timestamptz
      returning 1`;
}

/**
 * Counts the attempt and finds the person, in one statement that is the same for every address. Locks the identity's row, then the network's.
 * It does not wait for the disk: a server that crashes forgets the attempts of its last 0.6 s at most (PostgreSQL, `synchronous_commit`).
 */
const countAttempt: Statement = {
  name: 'count-attempt',
  text: `with blocked as (select key from guess where key in ($1::text, $2::text) and blocked_until > $3::timestamptz),
    by_identity as (${count('identity', '$1::text', 'where not exists (select from blocked)')}),
    by_address as (${count('address', '$2::text', 'from by_identity')})
    select exists (select from by_identity) as by_identity, exists (select from by_address) as by_address,
      exists (select from blocked where key = $1) as identity_blocked, exists (select from blocked where key = $2) as address_blocked,
      i.id, i.email, i.name, i.password_hash
    from (select set_config('synchronous_commit', 'off', true)) as commit left join identity i on i.email_normalized = $4`,
};

/** In the order of counting, as whatever locks both. */
const forgive: Statement = {
  name: 'forgive-attempt',
  text: `with by_identity as (delete from guess where key = $1 returning 1)
    update guess set failures = greatest(failures - ${1 + forgivenPerSuccess}, 0), blocked_until = $3::timestamptz
    where key = $2 and (select count(*) from by_identity) >= 0`,
};

/** Undoes what one attempt counted at `$3`, its delay included, and nothing of other attempts. */
const undo = `update guess set failures = greatest(failures - 1, 0),
    blocked_until = case when updated_at = $3::timestamptz then $3::timestamptz else blocked_until end`;
const takeBack: Statement = {
  name: 'take-attempt-back',
  text: `with by_identity as (${undo} where key = $1 returning 1)
    ${undo} where key = $2 and $4::boolean and (select count(*) from by_identity) >= 0`,
};

export interface Attempt {
  /** A delay is running: whatever the password, the answer is that of a wrong one. */
  readonly delayed: boolean;
  /** The person of that email, if there is one. */
  readonly found: { id: string; email: string; name: string; passwordHash: string | null } | null;
  /** To be called in the transaction of what the right password opens, late in it: it holds the counters until the end. */
  forgive(tx: Tx): Promise<void>;
}

export interface Guessing {
  /**
   * Counts an attempt and has it judged. One that ends in anything but its own answer or `invalid-credentials` was not judged and is taken back.
   *
   * @param who.email normalized
   * @param who.network see `RequestInfo`
   */
  attempt<T>(who: { email: string; network: string }, judge: (attempt: Attempt) => Promise<T>): Promise<T>;
}

interface Counted {
  at: string;
  byIdentity: boolean;
  byAddress: boolean;
  /** Keys whose delay runs. */
  blocking: string[];
  found: Attempt['found'];
}

/** One per node. */
export function createGuessing({
  database,
  clock,
  log,
}: {
  database: Database;
  clock: Clock;
  log: Logger;
}): Guessing {
  const underWay = new UnderWay();
  const instant = () => new Date(clock.now()).toISOString();

  async function countOne(keys: readonly [string, string], email: string): Promise<Counted> {
    const at = instant();
    const [row] = await run<{
      by_identity: boolean;
      by_address: boolean;
      identity_blocked: boolean;
      address_blocked: boolean;
      id: string | null;
      email: string;
      name: string;
      password_hash: string | null;
    }>(database.queries, countAttempt, [...keys, at, email]);
    if (row === undefined) throw new Error('an attempt was not counted');
    const [identity, address] = keys;
    // Neither was blocked before the statement: another one blocked it meanwhile, the one that was not counted.
    const meanwhile = !row.identity_blocked && !row.address_blocked;
    return {
      at,
      byIdentity: row.by_identity,
      byAddress: row.by_address,
      blocking: [
        ...(row.identity_blocked || (meanwhile && !row.by_identity) ? [identity] : []),
        ...(row.address_blocked || (meanwhile && row.by_identity && !row.by_address) ? [address] : []),
      ],
      found:
        row.id === null
          ? null
          : { id: row.id, email: row.email, name: row.name, passwordHash: row.password_hash },
    };
  }

  async function undoCount(keys: readonly [string, string], counted: Counted): Promise<void> {
    if (!counted.byIdentity) return;
    await run(database.queries, takeBack, [...keys, counted.at, counted.byAddress]).catch((error: unknown) =>
      log.warn({ error: describe(error) }, 'an attempt was not taken back'),
    );
  }

  return {
    async attempt({ email, network }, judge) {
      const keys = [`identity:${email}`, `address:${network}`] as const;
      const attemptOf = (counted: Counted, delayed: boolean): Attempt => ({
        delayed,
        found: counted.found,
        async forgive(tx) {
          await run(tx, forgive, [...keys, instant()]);
        },
      });
      for (;;) {
        const leave = underWay.enter(keys);
        let judged = false;
        let counted: Counted;
        try {
          counted = await countOne(keys, email);
          if (counted.byAddress) {
            judged = true;
            return await judge(attemptOf(counted, false)).catch(async (error: unknown) => {
              const wrong = error instanceof AldabaError && error.code === 'invalid-credentials';
              if (!wrong) await undoCount(keys, counted);
              throw error;
            });
          }
          await undoCount(keys, counted);
        } finally {
          leave(judged);
        }
        // The delay may be the doing of attempts that nobody has judged yet: right ones, of several devices at the same moment.
        if (!(await underWay.anyJudged(counted.blocking))) return judge(attemptOf(counted, true));
      }
    },
  };
}

/** Attempts of this node that were begun and not answered, by the keys that they count for. */
class UnderWay {
  readonly #attempts = new Map<string, Set<Promise<boolean>>>();

  /** @returns to be called at the attempt's end, with whether it was judged */
  enter(keys: readonly string[]): (judged: boolean) => void {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    for (const key of keys) {
      const attempts = this.#attempts.get(key) ?? new Set();
      this.#attempts.set(key, attempts.add(promise));
    }
    return (judged) => {
      for (const key of keys) {
        const attempts = this.#attempts.get(key);
        attempts?.delete(promise);
        if (attempts?.size === 0) this.#attempts.delete(key);
      }
      resolve(judged);
    };
  }

  /** Waits for those under way now. @returns whether one of them was judged */
  async anyJudged(keys: readonly string[]): Promise<boolean> {
    const ends = await Promise.all(keys.flatMap((key) => [...(this.#attempts.get(key) ?? [])]));
    return ends.includes(true);
  }
}
