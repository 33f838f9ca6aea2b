import { Writable } from 'node:stream';
import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import { OpenAPILink } from '@orpc/openapi-client/fetch';
import type { Level } from 'pino';
import { expect } from 'vitest';
import type { Profile } from '../../src/contract/portal/profile.ts';
import { type PortalContract, portalContract } from '../../src/contract/portal.ts';
import type { PasswordCost } from '../../src/portal/auth/password-hasher.ts';
import type { Clock } from '../../src/portal/clock.ts';
import type { Portal } from '../../src/portal/context.ts';
import { createPortal, type RunningPortal } from '../../src/portal/create-portal.ts';
import { createMemoryKeys } from '../../src/portal/keys/key-files.ts';
import type { PortalKeys } from '../../src/portal/keys/portal-keys.ts';
import { createLog } from '../../src/portal/log.ts';
import type { MailTransport, OutgoingMail } from '../../src/portal/mail/transport.ts';
import type { PortalSettingsInput } from '../../src/portal/settings.ts';
import { createCompany, type TestCompany, type TestPerson } from './companies.ts';
import { createProof, createRefreshToken, createTestDevice, type TestDevice } from './devices.ts';

export {
  createProof,
  createRefreshToken,
  createTestDevice,
  type TestCompany,
  type TestDevice,
  type TestPerson,
};

import { openTestDatabase } from '../support/open-test-database.ts';
export type PortalClient = ContractRouterClient<PortalContract>;

/** Where the clock of a test portal stands at first. */
export const testStart = Date.UTC(2026, 2, 2, 8, 0, 0);

/** A portal's time, moved by the test. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

export function createTestClock(start = testStart): TestClock {
  let now = start;
  return {
    now: () => now,
    advance(milliseconds) {
      now += milliseconds;
    },
  };
}

export const seconds = 1000;
export const minutes = 60 * seconds;
export const hours = 60 * minutes;
export const days = 24 * hours;

/** Somebody signed in on a device. */
export interface TestSession {
  readonly device: TestDevice;
  /** Calls with the session's access token and proofs. */
  readonly client: PortalClient;
  readonly profile: Profile;
  accessToken: string;
  refreshToken: string;
  /** Rotates and goes on with the new tokens. */
  refresh(): Promise<void>;
}

export interface TestPortalOptions {
  /** PostgreSQL's address; without one, PGlite in memory. `createTestDatabase()` of test/support/database.ts gives it. */
  readonly database?: string | undefined;
  readonly clock?: TestClock;
  readonly keys?: PortalKeys;
  readonly settings?: PortalSettingsInput;
  /** What mail goes to instead of `mails`. */
  readonly mail?: MailTransport;
  readonly logLevel?: Level;
  /** Nobody attacks a test's passwords: unless told otherwise they are hashed for next to nothing. */
  readonly passwordCost?: PasswordCost;
}

export interface TestPortal {
  readonly url: string;
  readonly portal: RunningPortal;
  readonly services: Portal;
  readonly clock: TestClock;
  /** Everything sent so far. */
  readonly mails: OutgoingMail[];
  /** The log, one JSON object per line. */
  readonly logLines: string[];
  /** Waits for the first mail to the address since the last call for it. */
  nextMail(to: string): Promise<OutgoingMail>;
  /** The token of the link in a mail. */
  tokenIn(mail: OutgoingMail): string;
  /** Calls by a device; with an access token, by somebody signed in on it. */
  client(device?: TestDevice, accessToken?: () => string | undefined): PortalClient;
  /** Makes a company with people in it, straight in the database. */
  company(name: string, people: readonly TestPerson[]): Promise<TestCompany>;
  signIn(
    email: string,
    password: string,
    options?: { device?: TestDevice; accountId?: string },
  ): Promise<TestSession>;
  close(): Promise<void>;
}

/** Long enough for the policy, and without a pattern. */
export const testPassword = 'tres gaviotas cruzan el muelle';

/**
 * A portal on a free port with a clock that the test moves. The same test runs over PGlite and PostgreSQL:
 *
 *     const database = await createTestDatabase();
 *     const portal = await startTestPortal({ database: database.url });
 *     const condor = await portal.company('Estructuras Cóndor', [{ email: 'ana@condor.example', role: 'administrator', password: testPassword }]);
 *     const ana = await portal.signIn('ana@condor.example', testPassword);
 *     await ana.client.sessions.list();
 */
export async function startTestPortal(options: TestPortalOptions = {}): Promise<TestPortal> {
  const clock = options.clock ?? createTestClock();
  const mails: OutgoingMail[] = [];
  const logLines: string[] = [];
  const log = createLog(
    options.logLevel ?? 'trace',
    new Writable({
      write(chunk, _encoding, done) {
        logLines.push(String(chunk));
        done();
      },
    }),
  );
  const collecting: MailTransport = {
    send: async (mail) => {
      mails.push(mail);
    },
    close: async () => undefined,
  };
  const portal = await createPortal({
    database: await openTestDatabase(options.database),
    mail: options.mail ?? collecting,
    clock,
    keys: options.keys ?? (await createMemoryKeys(clock.now())),
    log,
    settings: options.settings ?? {},
    passwordCost: options.passwordCost ?? { memory: 64, passes: 1 },
  });
  const { services, url } = portal;
  const taken = new Set<OutgoingMail>();

  function client(
    device = createTestDevice(),
    accessToken: () => string | undefined = () => undefined,
  ): PortalClient {
    const link = new OpenAPILink(portalContract, {
      url,
      fetch: (request, init) => {
        const token = accessToken();
        const proof = createProof(device, {
          method: request.method,
          url: request.url,
          at: clock.now(),
          accessToken: token,
        });
        request.headers.set('dpop', proof);
        if (token !== undefined) request.headers.set('authorization', `DPoP ${token}`);
        return fetch(request, init);
      },
    });
    return createORPCClient(link);
  }

  async function signIn(
    email: string,
    password: string,
    { device = createTestDevice(), accountId }: { device?: TestDevice; accountId?: string } = {},
  ): Promise<TestSession> {
    const first = createRefreshToken();
    const answer = await client(device).sessions.signIn({
      email,
      password,
      device: device.description,
      nextTokenHash: first.hash,
      ...(accountId === undefined ? {} : { accountId }),
    });
    if (answer.kind !== 'signed-in') throw new Error('the person has several companies: pass accountId');
    const session: TestSession = {
      device,
      client: client(device, () => session.accessToken),
      profile: answer.profile,
      accessToken: answer.access.accessToken,
      refreshToken: first.token,
      async refresh() {
        const next = createRefreshToken();
        const { access } = await client(device).sessions.refresh({
          refreshToken: session.refreshToken,
          nextTokenHash: next.hash,
        });
        session.accessToken = access.accessToken;
        session.refreshToken = next.token;
      },
    };
    return session;
  }

  return {
    url,
    portal,
    services,
    clock,
    mails,
    logLines,
    async nextMail(to) {
      const find = () => mails.find((mail) => mail.to === to && !taken.has(mail));
      await expect.poll(find, { interval: 20 }).toBeDefined();
      const mail = find();
      if (mail === undefined) throw new Error('the mail went away');
      taken.add(mail);
      return mail;
    },
    tokenIn(mail) {
      const token = /#token=([A-Za-z0-9_-]{43})/.exec(mail.text)?.[1];
      if (token === undefined) throw new Error('the mail has no link');
      return token;
    },
    client,
    company: (name, people) => createCompany(services, name, people),
    signIn,
    close: () => portal.close(),
  };
}
