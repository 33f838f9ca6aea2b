import { randomUUID } from 'node:crypto';
import { implement, ORPCError } from '@orpc/server';
import { AldabaError, errorStatus } from '../../src/contract/errors.ts';
import type { Grant } from '../../src/contract/portal/licenses.ts';
import type { Release } from '../../src/contract/portal/release.ts';
import { portalContract } from '../../src/contract/portal.ts';
import { signDocument } from '../../src/domain/documents/index.ts';
import {
  type createTestTrust,
  documentCrypto,
  leaseClaims,
  licenseClaims,
  receiptOf,
} from '../support/documents.ts';
import { testContact, testIds, testPool, testRole } from './portal-people.ts';
import { type createPortalSessions, newSecret, type TestIdentity } from './portal-sessions.ts';

export const testCloudKey = 'NUBE-7QK2-9XD4-M3TA';
export const testLicenseKey = 'VIGA-4H8P-2WLC-Z6RN';

interface Context {
  /** Thumbprint of the key that proved the request. */
  device: string;
  token: string | null;
}

export interface PortalRouterNeeds {
  now: () => number;
  trust: Awaited<ReturnType<typeof createTestTrust>>;
  sessions: ReturnType<typeof createPortalSessions>;
  identities: TestIdentity[];
  releases: Release[];
  files: ReadonlyMap<string, unknown>;
  /** Procedures that were called, in order. */
  calls: string[];
  /** Addresses that a password link was mailed to. */
  links: string[];
  keyRevoked: () => boolean;
}

/** Every procedure of the portal, with the answers that a client test needs. */
export function createPortalRouter(needs: PortalRouterNeeds) {
  const { now, trust, sessions, identities, releases, files, calls, links, keyRevoked } = needs;
  const sign = { signer: trust.signer, chain: trust.chain, crypto: documentCrypto };
  const os = implement(portalContract)
    .$context<Context>()
    .use(async ({ next, path }) => {
      calls.push(path.join('.'));
      try {
        return await next();
      } catch (error) {
        if (!(error instanceof AldabaError)) throw error;
        const { code, message, data } = error;
        throw new ORPCError(code, { status: errorStatus[code] || 500, message, data });
      }
    });
  const session = ({ token, device }: Context) => {
    const found = sessions.authorize(token, device);
    if (found === null) throw new AldabaError('forbidden', 'a key is for licenses alone');
    return found;
  };
  const as = <T>(context: Context, answer: T): T => {
    session(context);
    return answer;
  };
  const anybody = ({ token, device }: Context) => void sessions.authorize(token, device);

  /** NumericDate until which the one lease is lent; in the past: it is not. */
  let lentUntil = 0;

  async function grant(context: Context, product: string, leaseId: string, seq: number): Promise<Grant> {
    const account = sessions.authorize(context.token, context.device)?.accountId ?? testIds.condor;
    const iat = Math.floor(now() / 1000);
    const isLent = lentUntil > iat;
    const exp = isLent ? lentUntil : iat + 1200;
    const claims = { account, aud: product, lease: leaseId, seq, iat, nbf: iat, exp };
    const lease = leaseClaims(context.device, claims);
    const { seatKind: _seatKind, runOn: _runOn, countdown: _countdown, ...borrow } = lease;
    return {
      leaseId,
      kind: isLent ? 'borrow' : 'lease',
      product,
      document: isLent
        ? await signDocument({ kind: 'borrow', claims: borrow, ...sign })
        : await signDocument({ kind: 'lease', claims: lease, ...sign }),
      expiresAt: new Date(exp * 1000).toISOString(),
      renewAfter: isLent ? 86_400 : 300,
      borrowDays: 14,
    };
  }

  return os.router({
    sessions: {
      signIn: os.sessions.signIn.handler(({ input, context }) => {
        const identity = identities.find((candidate) => candidate.email === input.email.trim().toLowerCase());
        if (identity === undefined || identity.password !== input.password)
          throw new AldabaError('invalid-credentials');
        const { accounts: own } = identity;
        const asked = own.find(({ id }) => id === input.accountId);
        const entered = input.accountId === undefined && own.length === 1 ? own[0] : asked;
        if (entered !== undefined)
          return sessions.open(identity, entered.id, context.device, input.nextTokenHash);
        const ticket = newSecret();
        sessions.tickets.set(ticket, { identity, device: context.device, until: now() + 300_000 });
        const accounts = own.map((account) => ({
          account,
          roleName: 'Administrador',
          roleKey: 'administrator',
          association: false,
        }));
        return { kind: 'choose-account', ticket, accounts };
      }),
      chooseAccount: os.sessions.chooseAccount.handler(({ input, context }) => {
        const ticket = sessions.tickets.get(input.ticket);
        sessions.tickets.delete(input.ticket);
        if (ticket === undefined || ticket.until <= now() || ticket.device !== context.device) {
          throw new AldabaError('account-choice-expired');
        }
        return sessions.open(ticket.identity, input.accountId, context.device, input.nextTokenHash);
      }),
      refresh: os.sessions.refresh.handler(({ input, context }) =>
        sessions.refresh(input.refreshToken, input.nextTokenHash, context.device),
      ),
      signOut: os.sessions.signOut.handler(({ input }) => sessions.signOut(input.refreshToken)),
      list: os.sessions.list.handler(({ context }) => {
        const own = session(context);
        const at = new Date(now()).toISOString();
        return {
          sessions: sessions.sessions
            .filter((other) => other.identity === own.identity && !other.ended)
            .map((other) => ({
              id: other.id,
              deviceName: 'puesto-07',
              platform: 'linux',
              account: { id: other.accountId, name: 'Estructuras Cóndor' },
              createdAt: at,
              lastUsedAt: at,
              current: other === own,
            })),
        };
      }),
      end: os.sessions.end.handler(({ input, context }) => {
        session(context);
        const other = sessions.sessions.find((candidate) => candidate.id === input.id);
        if (other === undefined) throw new AldabaError('not-found');
        sessions.end(other);
      }),
      profile: os.sessions.profile.handler(({ context }) => sessions.profileOf(session(context))),
      switchAccount: os.sessions.switchAccount.handler(({ input, context }) => {
        const own = session(context);
        own.accountId = input.accountId;
        return sessions.signedIn(own);
      }),
      confirmPassword: os.sessions.confirmPassword.handler(({ input, context }) => {
        if (session(context).identity.password !== input.password)
          throw new AldabaError('invalid-credentials');
        return { until: new Date(now() + 300_000).toISOString() };
      }),
      withKey: os.sessions.withKey.handler(({ input, context }) => {
        if (input.key !== testCloudKey || keyRevoked()) throw new AldabaError('key-invalid');
        return {
          access: sessions.giveAccess(context.device, null),
          account: { id: testIds.condor, name: 'Estructuras Cóndor' },
          products: ['viga'],
        };
      }),
      leaveKey: os.sessions.leaveKey.handler(() => undefined),
    },
    passwords: {
      requestLink: os.passwords.requestLink.handler(({ input }) => {
        links.push(input.email);
        return { sent: true };
      }),
      readLink: os.passwords.readLink.handler(() => {
        throw new AldabaError('link-invalid');
      }),
      set: os.passwords.set.handler(() => {
        throw new AldabaError('link-invalid');
      }),
    },
    licenses: {
      acquire: os.licenses.acquire.handler(({ input, context }) =>
        grant(context, input.product, testIds.lease, 0),
      ),
      renew: os.licenses.renew.handler(async ({ input, context }) => {
        const results = input.leases.map(async ({ leaseId, seq }) => ({
          outcome: 'renewed' as const,
          ...(await grant(context, 'viga', leaseId, seq + 1)),
        }));
        return { serverTime: new Date(now()).toISOString(), results: await Promise.all(results) };
      }),
      release: os.licenses.release.handler(({ context }) => anybody(context)),
      leaveQueue: os.licenses.leaveQueue.handler(({ context }) => anybody(context)),
      borrow: os.licenses.borrow.handler(({ input, context }) => {
        if (input.days > 14) throw new AldabaError('borrow-too-long', `${input.days}`, { maximum: 14 });
        lentUntil = Math.floor(now() / 1000) + input.days * 86_400;
        return grant(context, 'viga', input.leaseId, 1);
      }),
      reclaim: os.licenses.reclaim.handler(({ context }) =>
        as(context, { freeAt: new Date(now()).toISOString() }),
      ),
      products: os.licenses.products.handler(({ context }) => {
        anybody(context);
        return { products: [{ code: 'viga', name: 'Viga', summary: 'Vigas continuas' }] };
      }),
      releases: os.licenses.releases.handler(({ context }) => {
        anybody(context);
        return { releases };
      }),
      downloadLink: os.licenses.downloadLink.handler(({ input, context }) => {
        anybody(context);
        if (!files.has(input.id)) throw new AldabaError('not-found');
        return {
          path: `/files/${input.id}?ticket=${newSecret()}`,
          expiresAt: new Date(now() + 600_000).toISOString(),
        };
      }),
      activate: os.licenses.activate.handler(async ({ input, context }) => {
        if (input.key !== testLicenseKey) throw new AldabaError('key-invalid');
        const iat = Math.floor(now() / 1000);
        const claims = licenseClaims(context.device, {
          activation: testIds.activation,
          components: input.device.components,
          salt: input.salt,
          iat,
          nbf: iat,
          exp: iat + 365 * 86_400,
        });
        const activation = {
          id: testIds.activation,
          product: 'viga',
          deviceName: input.device.name,
          activatedAt: new Date(now()).toISOString(),
          expiresAt: new Date((iat + 365 * 86_400) * 1000).toISOString(),
        };
        return { activation, document: await signDocument({ kind: 'license', claims, ...sign }) };
      }),
      activateOffline: os.licenses.activateOffline.handler(() => {
        throw new AldabaError('request-file-invalid');
      }),
      deactivate: os.licenses.deactivate.handler(({ input }) => {
        const { kind, right } = receiptOf(input.receipt);
        const known = kind === 'borrow' ? testIds.lease : testIds.activation;
        if (right !== known) throw new AldabaError('not-found');
        if (kind === 'borrow') lentUntil = 0;
      }),
      trust: os.licenses.trust.handler(() => {
        throw new AldabaError('unavailable');
      }),
    },
    people: {
      listContacts: os.people.listContacts.handler(({ context }) => {
        session(context);
        return { contacts: [testContact], next: null, previous: null, total: 1, offset: 0 };
      }),
      getContact: os.people.getContact.handler(({ context }) => as(context, testContact)),
      createContact: os.people.createContact.handler(({ context, input }) => {
        session(context);
        if (input.email === testContact.email)
          throw new AldabaError('contact-exists', 'known', { field: 'email' });
        return { ...testContact, id: randomUUID(), email: input.email };
      }),
      updateContact: os.people.updateContact.handler(({ context }) => as(context, testContact)),
      deleteContact: os.people.deleteContact.handler(({ context }) => {
        session(context);
        throw new AldabaError('confirmation-required');
      }),
      suspendContact: os.people.suspendContact.handler(({ context }) => as(context, testContact)),
      reactivateContact: os.people.reactivateContact.handler(({ context }) => as(context, testContact)),
      resendInvitation: os.people.resendInvitation.handler(({ context }) => as(context, testContact)),
      resetPassword: os.people.resetPassword.handler(({ context }) => as(context, testContact)),
      listRoles: os.people.listRoles.handler(({ context }) => {
        session(context);
        return { roles: [testRole], helpUrl: 'https://portal.example/help/roles' };
      }),
      listPools: os.people.listPools.handler(({ context }) => as(context, { pools: [testPool] })),
      setBorrowDays: os.people.setBorrowDays.handler(({ context, input }) =>
        as(context, { ...testPool, borrowDays: input.borrowDays }),
      ),
      assignSeat: os.people.assignSeat.handler(({ context }) => as(context, testContact)),
      withdrawSeat: os.people.withdrawSeat.handler(({ context }) => as(context, testContact)),
      listHolders: os.people.listHolders.handler(({ context }) => as(context, { holders: [] })),
    },
  });
}
