import { randomBytes } from 'node:crypto';
import { hash, type Options, verify } from '@node-rs/argon2';
import { AldabaError } from '../../contract/errors.ts';
import { normalizePassword } from '../../domain/password-policy.ts';

/**
 * Argon2id (RFC 9106), version 19, OWASP's first choice for 19 MiB: memory in KiB, passes, lanes; 32 bytes out. The library's numbers for
 * kind and version stand here because its enumerations exist for the compiler alone.
 */
const parameters: Options = {
  algorithm: 2,
  version: 1,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
  outputLen: 32,
};

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
 * @param options.concurrency hashes at once; each takes 19 MiB and a thread of the pool
 * @param options.waiting callers in the queue before the newest of the network that has most there is answered `unavailable`
 */
export function createPasswordHasher(
  options: { concurrency?: number; waiting?: number } = {},
): PasswordHasher {
  const queue = new Queue(options.concurrency ?? 2, options.waiting ?? 200);
  const decoy = decoyHash();
  return {
    hash: (password, network = '') => queue.run(network, () => hash(normalizePassword(password), parameters)),
    async verify(password, known, network = '') {
      const same = await queue.run(network, () => verify(known ?? decoy, normalizePassword(password)));
      return same && known !== null;
    },
  };
}

/** In the form and with the parameters of every other one; nobody knows its password. */
function decoyHash(): string {
  const { memoryCost, timeCost, parallelism, outputLen } = parameters;
  const base64 = (bytes: number) => randomBytes(bytes).toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${base64(16)}$${base64(outputLen ?? 32)}`;
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
