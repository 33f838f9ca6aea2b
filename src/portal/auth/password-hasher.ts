import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { AldabaError } from '../../contract/errors.ts';
import { normalizePassword } from '../../domain/password-policy.ts';

/** Argon2id, OWASP's first choice for 19 MiB: m in KiB, t passes, p lanes; 32 bytes out, 16 bytes of salt (RFC 9106). */
const parameters = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;

const derive = promisify(argon2);

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
  const decoy = encode(randomBytes(16), randomBytes(32));
  return {
    async hash(password, network = '') {
      const salt = randomBytes(16);
      return encode(salt, await queue.run(network, () => tag(password, salt, parameters)));
    },
    async verify(password, hash, network = '') {
      const known = decode(hash ?? decoy);
      const computed = await queue.run(network, () => tag(password, known.salt, known.parameters));
      return timingSafeEqual(computed, known.tag) && hash !== null;
    },
  };
}

type Parameters = { memory: number; passes: number; parallelism: number; tagLength: number };

function tag(password: string, salt: Buffer, { memory, passes, parallelism, tagLength }: Parameters) {
  return derive('argon2id', {
    message: normalizePassword(password),
    nonce: salt,
    memory,
    passes,
    parallelism,
    tagLength,
  });
}

/** PHC string format, as other implementations of Argon2 read it. */
function encode(salt: Buffer, hash: Buffer): string {
  const { memory, passes, parallelism } = parameters;
  const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(hash)}`;
}

function decode(text: string): { salt: Buffer; tag: Buffer; parameters: Parameters } {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(text);
  if (match === null) throw new Error('a stored password hash cannot be read');
  const [, memory, passes, parallelism, salt = '', hash = ''] = match;
  const tag = Buffer.from(hash, 'base64');
  return {
    salt: Buffer.from(salt, 'base64'),
    tag,
    parameters: {
      memory: Number(memory),
      passes: Number(passes),
      parallelism: Number(parallelism),
      tagLength: tag.length,
    },
  };
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
