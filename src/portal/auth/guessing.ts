import type { Logger } from 'pino';
import { AldabaError } from '../../contract/errors.ts';
import type { Clock } from '../clock.ts';
import type { Database, Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import { describe } from '../errors.ts';

/**
 * The delay that makes guessing slow: after `free` wrong passwords, 1 s, doubling to 15 min (ADR 0011). Two counters decide:
 * the identity's, and the network's, which is wider because a whole office shares one and must not be locked by a colleague.
 *
 * An attempt is counted while its password is checked, and what the check says is looked at only when it is counted, so that parallel
 * guesses do not slip through. It is taken back when the password was right or nobody judged it. While a delay of either runs neither is counted: whoever keeps guessing makes it no longer.
 */
const counters = {
  identity: { free: 5, forgottenAfter: '1 day' },
  address: { free: 50, forgottenAfter: '1 hour' },
} as const;
const longestDelay = 900;
/** 2^10 s are more than `longestDelay`, and far less than a double holds: the database computes the power before it takes the least. */
const largestExponent = 10;
/**
 * No delay. Not the instant of the attempt: a clock that is set back, or another node's that is behind by a second, would refuse a right password
 * for as long as it is behind.
 */
const never = `'-infinity'::timestamptz`;
/** What is further ahead than the longest delay was set by a clock that was wrong. */
const runs = (column: string) =>
  `(${column} > $3::timestamptz and ${column} <= $3::timestamptz + interval '${longestDelay} seconds')`;
/** Wrong ones of the network that somebody else's right one makes good: an office signs in more often than it mistypes. */
const forgivenPerSuccess = 2;

/** @param source rows without which nothing is counted */
function count(counter: keyof typeof counters, key: string, source: string): string {
  const { free, forgottenAfter } = counters[counter];
  const failures = `(case when g.updated_at < $3::timestamptz - interval '${forgottenAfter}' then 1 else g.failures + 1 end)`;
  const delay = `least(power(2, least(${failures} - ${free}, ${largestExponent})), ${longestDelay})`;
  const until = `case when ${failures} >= ${free} then $3::timestamptz + make_interval(secs => ${delay}) else ${never} end`;
  return `insert into guess as g (key, failures, blocked_until, updated_at)
      select ${key}, 1, ${never}, $3::timestamptz ${source}
      on conflict (key) do update
        set failures = ${failures}, blocked_until = ${until}, updated_at = $3::timestamptz
        where not ${runs('g.blocked_until')}
      returning 1`;
}

const findPerson: Statement = {
  name: 'find-person-by-email',
  text: 'select id, email, name, password_hash from identity where email_normalized = $1',
};

/** Counts the attempt, in one statement that is the same for every address. Locks the identity's row, then the network's. */
const countAttempt: Statement = {
  name: 'count-attempt',
  text: `with blocked as (select key from guess where key in ($1::text, $2::text) and ${runs('blocked_until')}),
    by_identity as (${count('identity', '$1::text', 'where not exists (select from blocked)')}),
    by_address as (${count('address', '$2::text', 'from by_identity')})
    select exists (select from by_identity) as by_identity, exists (select from by_address) as by_address,
      exists (select from blocked where key = $1) as identity_blocked, exists (select from blocked where key = $2) as address_blocked`,
};

/**
 * Steps of a statement, `forgiven_identity` and `forgiven_address`: they take a right password's attempt back, in the order of counting, as
 * whatever locks both. They hold the counters until the transaction ends, so let them come late.
 *
 * @param first number of the parameter that is the identity's key; the address's follows
 * @param when what has to hold, else nothing is forgiven
 */
export function forgivingSteps(first: number, when: string): string {
  return `forgiven_identity as (delete from guess where key = $${first}::text and ${when} returning 1),
    forgiven_address as (update guess set failures = greatest(failures - ${1 + forgivenPerSuccess}, 0), blocked_until = ${never}
      where key = $${first + 1}::text and ${when} and (select count(*) from forgiven_identity) >= 0 returning 1)`;
}

const forgive: Statement = {
  name: 'forgive-attempt',
  text: `with ${forgivingSteps(1, 'true')} select`,
};

/** Undoes what one attempt counted at `$3`, its delay included, and nothing of other attempts. */
const undo = `update guess set failures = greatest(failures - 1, 0),
    blocked_until = case when updated_at = $3::timestamptz then ${never} else blocked_until end`;
const takeBack: Statement = {
  name: 'take-attempt-back',
  text: `with by_identity as (${undo} where key = $1 returning 1)
    ${undo} where key = $2 and $4::boolean and (select count(*) from by_identity) >= 0`,
};

/** The person of an email. */
export interface Found {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string | null;
}

/** What takes a right password's attempt back. */
export interface Forgiveness {
  /** Parameters of `forgivingSteps`, for a statement that does it beside what it opens. */
  readonly keys: readonly [identity: string, address: string];
  /** To be called in the transaction of what the password opens, late in it: it holds the counters until the end. */
  in(tx: Tx): Promise<void>;
}

export interface Guessing {
  /**
   * Counts an attempt, has its password checked at the same time, and then judged. One that ends in anything but its own answer or
   * `invalid-credentials` was not judged and is taken back.
   *
   * @param who.email normalized
   * @param who.network see `RequestInfo`
   * @param check costs the same for nobody; what it found out is thrown away while a delay runs
   * @throws `invalid-credentials` while a delay runs, and what `check` and `judge` throw
   */
  attempt<Checked, Answer>(
    who: { email: string; network: string },
    check: (found: Found | null) => Promise<Checked>,
    judge: (checked: Checked, found: Found | null, forgiveness: Forgiveness) => Promise<Answer>,
  ): Promise<Answer>;
}

interface Counted {
  at: string;
  byIdentity: boolean;
  byAddress: boolean;
  /** Keys whose delay runs. */
  blocking: string[];
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

  async function find(email: string): Promise<Found | null> {
    const [row] = await run<{ id: string; email: string; name: string; password_hash: string | null }>(
      database.queries,
      findPerson,
      [email],
    );
    if (row === undefined) return null;
    return { id: row.id, email: row.email, name: row.name, passwordHash: row.password_hash };
  }

  async function countOne(keys: readonly [string, string]): Promise<Counted> {
    const at = instant();
    const [row] = await run<{
      by_identity: boolean;
      by_address: boolean;
      identity_blocked: boolean;
      address_blocked: boolean;
    }>(database.queries, countAttempt, [...keys, at]);
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
    };
  }

  async function undoCount(keys: readonly [string, string], counted: Counted): Promise<void> {
    if (!counted.byIdentity) return;
    await run(database.queries, takeBack, [...keys, counted.at, counted.byAddress]).catch((error: unknown) =>
      log.warn({ error: describe(error) }, 'an attempt was not taken back'),
    );
  }

  return {
    async attempt({ email, network }, check, judge) {
      const keys = [`identity:${email}`, `address:${network}`] as const;
      const forgiveness: Forgiveness = {
        keys,
        async in(tx) {
          await run(tx, forgive, [...keys]);
        },
      };
      const found = await find(email);
      const checking = check(found);
      // Whether it failed is asked after counting; counting may fail before that.
      checking.catch(() => undefined);
      for (;;) {
        const leave = underWay.enter(keys);
        let judged = false;
        let counted: Counted;
        try {
          counted = await countOne(keys);
          if (counted.byAddress) {
            judged = true;
            try {
              return await judge(await checking, found, forgiveness);
            } catch (error) {
              const wrong = error instanceof AldabaError && error.code === 'invalid-credentials';
              if (!wrong) await undoCount(keys, counted);
              throw error;
            }
          }
          await undoCount(keys, counted);
        } finally {
          leave(judged);
        }
        // The delay may be the doing of attempts that nobody has judged yet: right ones, of several devices at the same moment.
        if (await underWay.anyJudged(counted.blocking)) continue;
        // A delayed answer takes as long as another.
        await checking;
        throw new AldabaError('invalid-credentials', 'delay is running');
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
