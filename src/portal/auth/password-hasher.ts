import { randomBytes } from 'node:crypto';
import { hash, type Options, verify } from '@node-rs/argon2';
import { AldabaError } from '../../contract/errors.ts';
import { normalizePassword } from '../../domain/password-policy.ts';

/** What one hash costs whoever computes it. */
export interface PasswordCost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
}

/** Memory and passes of RFC 9106's second recommended option (section 4); why one lane stands for its four: docs/adr/0013. */
export const passwordCost: PasswordCost = { memory: 65_536, passes: 3 };

/** `network`: for whom, see `RequestInfo`. Networks take turns, so that one that asks for many hashes keeps nobody else waiting. */
export interface PasswordHasher {
  hash(password: string, network?: string): Promise<string>;
  /**
   * Whether the password belongs to the hash. With `null` (nobody of that address, no password yet, or a locked one) the work
   * is the same and the answer false.
   */
  verify(password: string, hash: string | null, network?: string): Promise<boolean>;
}

/**
 * @param options.cost of new hashes and of nobody's; a stored one says its own
 * @param options.concurrency hashes at once; each takes the memory that it costs and a thread of the pool
 * @param options.waiting callers in the queue before the newest of the network that has most there is answered `unavailable`
 */
export function createPasswordHasher({
  cost = passwordCost,
  concurrency = 2,
  waiting = 200,
}: {
  cost?: PasswordCost;
  concurrency?: number;
  waiting?: number;
} = {}): PasswordHasher {
  const queue = new Queue(concurrency, waiting);
  const parameters = argon2id(cost);
  const decoy = decoyHash(parameters);
  return {
    hash: (password, network = '') => queue.run(network, () => hash(normalizePassword(password), parameters)),
    async verify(password, known, network = '') {
      const same = await queue.run(network, () => verify(known ?? decoy, normalizePassword(password)));
      return same && known !== null;
    },
  };
}

/**
 * Argon2id (RFC 9106), version 19, one lane, 32 bytes out. The library's numbers for kind and version stand here because its enumerations
 * exist for the compiler alone.
 */
function argon2id({ memory, passes }: PasswordCost) {
  const lanes = { algorithm: 2, version: 1, parallelism: 1, outputLen: 32 };
  return { ...lanes, memoryCost: memory, timeCost: passes } satisfies Options;
}

/** In the form and with the parameters of every other one; nobody knows its password. */
function decoyHash({ memoryCost, timeCost, parallelism, outputLen }: ReturnType<typeof argon2id>): string {
  const base64 = (bytes: number) => randomBytes(bytes).toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${base64(16)}$${base64(outputLen)}`;
}

interface Waiter {
  begin(): void;
  refuse(error: AldabaError): void;
}

/** Lines take turns, first come first served within each; bounded, so that a flood is refused instead of answered minutes later. */
class Queue {
  readonly #concurrency: number;
  readonly #capacity: number;
  /** By name, the next one's turn first. None is empty. */
  readonly #lines = new Map<string, Waiter[]>();
  #waiting = 0;
  #running = 0;

  constructor(concurrency: number, capacity: number) {
    this.#concurrency = concurrency;
    this.#capacity = capacity;
  }

  async run<T>(line: string, work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#concurrency) this.#running += 1;
    else await this.#turn(line);
    try {
      return await work();
    } finally {
      const next = this.#next();
      // The place is handed over, so that nobody who comes now overtakes.
      if (next === undefined) this.#running -= 1;
      else next.begin();
    }
  }

  #turn(line: string): Promise<void> {
    return new Promise((begin, refuse) => {
      const waiters = this.#lines.get(line) ?? [];
      waiters.push({ begin, refuse });
      this.#lines.set(line, waiters);
      this.#waiting += 1;
      if (this.#waiting > this.#capacity)
        this.#takeNewest()?.refuse(
          new AldabaError('unavailable', 'the queue of password checks is full', { retryAfter: 5 }),
        );
    });
  }

  /** Whoever is first in the line whose turn it is; that line is then the last. */
  #next(): Waiter | undefined {
    const [first] = this.#lines;
    if (first === undefined) return undefined;
    const [line, waiters] = first;
    const waiter = waiters.shift();
    this.#waiting -= 1;
    this.#lines.delete(line);
    if (waiters.length > 0) this.#lines.set(line, waiters);
    return waiter;
  }

  /** Whoever came last into the longest line. */
  #takeNewest(): Waiter | undefined {
    const [longest] = [...this.#lines].sort(([, one], [, other]) => other.length - one.length);
    if (longest === undefined) return undefined;
    const [line, waiters] = longest;
    this.#waiting -= 1;
    const waiter = waiters.pop();
    if (waiters.length === 0) this.#lines.delete(line);
    return waiter;
  }
}
