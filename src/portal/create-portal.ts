import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { portalContract } from '../contract/portal.ts';
import { createAccessLookup } from './auth/access-lookup.ts';
import { createGuessing } from './auth/guessing.ts';
import { createPasswordHasher, type PasswordCost, passwordCost } from './auth/password-hasher.ts';
import { createProofVerifier } from './auth/proof.ts';
import { startWorker, type Worker } from './background/worker.ts';
import type { Clock } from './clock.ts';
import type { Portal } from './context.ts';
import type { Database } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { ensurePartitions } from './db/partitions.ts';
import type { PortalKeys } from './keys/portal-keys.ts';
import { createLimits } from './limits.ts';
import type { MailTransport } from './mail/transport.ts';
import { assertPolicies } from './policy.ts';
import { portalRouter } from './router.ts';
import { createServer } from './server.ts';
import { type PortalSettingsInput, portalSettingsSchema } from './settings.ts';

export interface PortalOptions {
  /** Closed with the portal. */
  readonly database: Database;
  /** Closed with the portal. */
  readonly mail: MailTransport;
  readonly clock: Clock;
  readonly keys: PortalKeys;
  readonly log: Logger;
  readonly settings: PortalSettingsInput;
  /** For tests, whose passwords nobody attacks. */
  readonly passwordCost?: PasswordCost;
}

export interface RunningPortal {
  /** Public address, without a slash at the end. */
  readonly url: string;
  /** Where it listens, which behind a proxy is another one. */
  readonly address: string;
  /** Public root key, JWK `x`. */
  readonly rootKey: string;
  /** What services work with: for the demonstration's data and for tests. */
  readonly services: Portal;
  /** Requests in flight finish, then mail and database close. Calling it again waits for the same end. */
  close(): Promise<void>;
}

/**
 * Brings the database up to date, listens, and starts the worker. The only place of the portal that wires.
 *
 * @throws when a procedure has no policy, a migration fails, or the port is taken; what was given is closed then
 */
export async function createPortal(options: PortalOptions): Promise<RunningPortal> {
  const { database, mail, clock, keys, log } = options;
  try {
    return await open(options);
  } catch (error) {
    await Promise.allSettled([mail.close(), database.close()]);
    throw error;
  }

  async function open(given: PortalOptions): Promise<RunningPortal> {
    assertPolicies(portalRouter, portalContract);
    const settings = portalSettingsSchema.parse(given.settings);
    const applied = await migrate(database, clock);
    if (applied.length > 0) log.info({ applied }, 'database migrated');
    await database.asService((tx) => ensurePartitions(tx, clock.now()));

    let address = '';
    let origins: readonly string[] = [];
    let worker: Worker | undefined;
    const services: Portal = {
      database,
      clock,
      log,
      settings,
      keys,
      access: createAccessLookup(database),
      guessing: createGuessing({ database, clock, log }),
      hasher: createPasswordHasher({ cost: given.passwordCost ?? passwordCost }),
      proofs: createProofVerifier(clock),
      limits: createLimits(database),
      get url() {
        return settings.publicUrl ?? address;
      },
      get origins() {
        return origins;
      },
      wakeMail: () => worker?.wake(),
    };
    const server = await createServer(services);
    try {
      await server.listen({ host: settings.host, port: settings.port });
      address = addressOf(server.server.address());
      origins = settings.publicUrl === undefined ? loopbackNames(address) : [settings.publicUrl];
    } catch (error) {
      await server.close();
      throw error;
    }
    // Mails have the address in them.
    const running = startWorker(services, mail);
    worker = running;
    log.info({ address, url: services.url, engine: database.engine }, 'portal ready');

    let closing: Promise<void> | undefined;
    async function close(): Promise<void> {
      const late = setTimeout(() => server.server.closeAllConnections(), settings.closeTimeout);
      await Promise.all([server.close(), running.stop(settings.closeTimeout)]);
      clearTimeout(late);
      await mail.close();
      await database.close();
      log.info('portal closed');
    }
    return {
      url: services.url,
      address,
      rootKey: keys.rootKey,
      services,
      close: () => {
        closing ??= close();
        return closing;
      },
    };
  }
}

function addressOf(bound: AddressInfo | string | null): string {
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has no port');
  const any = bound.address === '0.0.0.0' || bound.address === '::';
  const host = any ? '127.0.0.1' : bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return `http://${host}:${bound.port}`;
}

/** Without a public address the portal is this machine's, by any of its names. */
function loopbackNames(address: string): string[] {
  const { port } = new URL(address);
  const names = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `http://${name}:${port}`);
  return [...new Set([address, ...names])];
}
