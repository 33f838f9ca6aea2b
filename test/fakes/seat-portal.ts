import { randomUUID } from 'node:crypto';
import { AldabaError, type ErrorCode, type ErrorData } from '../../src/contract/errors.ts';
import type { Grant } from '../../src/contract/portal/licenses.ts';
import type { Gateway, PortalClient } from '../../src/core/parts.ts';
import type { Clock } from '../../src/core/ports/clock.ts';
import { signDocument } from '../../src/domain/documents/index.ts';
import {
  certify,
  createTestTrust,
  documentCrypto,
  issuedAt,
  leaseClaims,
  licenseClaims,
  receiptOf,
} from '../support/documents.ts';

export type SeatCall = {
  kind: 'acquire' | 'renew' | 'release' | 'borrow' | 'deactivate' | 'leave-queue';
  input: unknown;
};

interface Lease {
  id: string;
  product: string;
  kind: 'lease' | 'offline-pass' | 'borrow';
  seq: number;
  /** ms */
  ends: number;
  account: string;
}

/** The place in the queue of whoever finds no seat. */
export const queueTicket = '0195b0a0-0000-7000-8000-0000000000f1';

/** The seats of one company as the portal keeps them, without HTTP: idempotent acquire, batched renew, release, and what is lent (ADR 0060). */
export interface SeatPortal {
  readonly gateway: Gateway;
  readonly rootKeys: string[];
  /** Leases that count now. */
  active(): Lease[];
  /** Seats per floating product; 10 unless set. */
  readonly seats: Map<string, number>;
  /** Products of named seats: they get passes of 30 days. */
  readonly named: Set<string>;
  /** Most days that a floating product is lent for; 14 unless set. */
  readonly lent: Map<string, number>;
  /** Versions that a product's leases cover; all of them unless set. */
  readonly versions: Map<string, { from?: string; to?: string }>;
  readonly calls: SeatCall[];
  /** How many of `calls` were of this kind. */
  count(kind: SeatCall['kind']): number;
  /** Most leases of one product that counted at the same time. */
  readonly peak: Map<string, number>;
  /** Every call fails with this until it is null again. */
  fault: ErrorCode | null;
  faultData: ErrorData;
  /** Before the portal does anything; throwing loses the request. */
  before: ((call: SeatCall) => void | Promise<void>) | null;
  /** After the portal did it; throwing loses the answer. */
  after: ((call: SeatCall) => void | Promise<void>) | null;
  /** An administrator takes a product's seat back; what is borrowed keeps its place until its device hears of it. */
  reclaim(product: string): void;
  /** Standalone activations that may be given back. */
  readonly activations: Set<string>;
  /** Somebody else takes the place of what ended. What is borrowed keeps its own. */
  forget(product: string): void;
  /** Another device takes a seat for good. @returns false: none is free */
  occupy(product: string): boolean;
  account: string;
  tell(contact: Parameters<Parameters<Gateway['onContact']>[0]>[0]): void;
  /** The next process of the device has not heard the portal's time yet. */
  nextProcess(): void;
}

/**
 * @param thumbprint of the device that all documents are bound to; read when the first is signed
 * @param certifiedAt NumericDate at which the signing key's year is around; for real clocks
 * @param deviceClock what the device believes, where that is not the portal's time
 */
export async function createSeatPortal(
  clock: Clock,
  thumbprint: () => string,
  certifiedAt: number = issuedAt,
  deviceClock: Pick<Clock, 'now'> = clock,
): Promise<SeatPortal> {
  const { root, signer, rootKeys } = await createTestTrust();
  const year = { iat: certifiedAt - 86_400, nbf: certifiedAt - 86_400, exp: certifiedAt + 365 * 86_400 };
  const chain = [await certify(root, signer, year)];
  const leases = new Map<string, Lease>();
  const reclaimed = new Set<string>();
  const answers = new Map<string, { input: string; grant: Grant }>();
  const listeners = new Set<Parameters<Gateway['onContact']>[0]>();
  /** Leases that there were: told of twice, nothing is different. */
  const known = new Set<string>();
  const leaseTerm = 1200;
  let serverOffset: number | null = null;

  const active = () => [...leases.values()].filter((lease) => lease.ends > clock.now());
  const inUse = (product: string) => active().filter((lease) => lease.product === product).length;
  const mostDays = (product: string) => portal.lent.get(product) ?? 14;
  const hasPlace = (product: string) => inUse(product) < (portal.seats.get(product) ?? 10);

  async function grantOf(lease: Lease): Promise<Grant> {
    const iat = Math.floor(clock.now() / 1000);
    // What is borrowed ends when it ends, however often it is asked for.
    const ends = Math.floor(lease.ends / 1000);
    const exp = lease.kind === 'borrow' ? ends : iat + (lease.kind === 'lease' ? leaseTerm : 30 * 86_400);
    const claims = leaseClaims(thumbprint(), {
      jti: randomUUID(),
      account: lease.account,
      aud: lease.product,
      productName: lease.product.toUpperCase(),
      versions: portal.versions.get(lease.product) ?? {},
      lease: lease.id,
      iat,
      nbf: iat,
      exp,
      seq: lease.seq,
    });
    const { seatKind: _seatKind, runOn: _runOn, countdown: _countdown, ...pass } = claims;
    const sign = { signer, chain, crypto: documentCrypto };
    const document =
      lease.kind === 'lease'
        ? await signDocument({ kind: 'lease', claims, ...sign })
        : await signDocument({ kind: lease.kind, claims: pass, ...sign });
    lease.ends = exp * 1000;
    portal.peak.set(lease.product, Math.max(portal.peak.get(lease.product) ?? 0, inUse(lease.product)));
    return {
      leaseId: lease.id,
      kind: lease.kind,
      product: lease.product,
      document,
      expiresAt: new Date(lease.ends).toISOString(),
      renewAfter: lease.kind === 'lease' ? 300 : 86_400,
      borrowDays: lease.kind === 'offline-pass' ? 0 : mostDays(lease.product),
    };
  }

  async function serve<T>(call: SeatCall, work: () => Promise<T>): Promise<T> {
    portal.calls.push(call);
    if (portal.fault !== null) {
      const problem = { code: portal.fault, data: portal.faultData, at: new Date(clock.now()).toISOString() };
      for (const listener of [...listeners]) listener({ ok: false, problem });
      throw new AldabaError(portal.fault, 'fault set by the test', portal.faultData);
    }
    await portal.before?.(call);
    const result = await work();
    await portal.after?.(call);
    serverOffset = clock.now() - deviceClock.now();
    for (const listener of [...listeners]) listener({ ok: true, serverTime: clock.now(), serves: true });
    return result;
  }

  const licenses = {
    acquire: (input: { idempotencyKey: string; product: string; version: string; features?: string[] }) =>
      serve({ kind: 'acquire', input }, async () => {
        const same = JSON.stringify([input.product, input.version, input.features]);
        const answered = answers.get(input.idempotencyKey);
        if (answered !== undefined) {
          if (answered.input !== same) throw new AldabaError('idempotency-mismatch');
          return answered.grant;
        }
        const lent = active().find(
          ({ kind, product, account }) =>
            kind === 'borrow' && product === input.product && account === portal.account,
        );
        if (lent !== undefined && !reclaimed.has(lent.id)) {
          lent.seq++;
          return grantOf(lent);
        }
        // Its place is free by the device's receipt: this answer may be lost.
        if (lent !== undefined) throw new AldabaError('lease-reclaimed', 'taken back', { leaseId: lent.id });
        const named = portal.named.has(input.product);
        if (!named && !hasPlace(input.product)) {
          const holders = [
            { name: 'Lucía Ferrer', device: 'puesto-03', since: new Date(clock.now()).toISOString() },
          ];
          const queue = { ticket: queueTicket, position: 1 };
          throw new AldabaError('no-seat-free', 'all taken', { holders, queue, retryAfter: 30 });
        }
        const lease: Lease = {
          id: randomUUID(),
          product: input.product,
          kind: named ? 'offline-pass' : 'lease',
          seq: 0,
          ends: Number.POSITIVE_INFINITY,
          account: portal.account,
        };
        leases.set(lease.id, lease);
        known.add(lease.id);
        const grant = await grantOf(lease);
        answers.set(input.idempotencyKey, { input: same, grant });
        return grant;
      }),
    renew: (input: { leases: { leaseId: string; seq: number }[] }) =>
      serve({ kind: 'renew', input }, async () => {
        const results = await Promise.all(
          input.leases.map(async ({ leaseId }) => {
            const lease = leases.get(leaseId);
            if (reclaimed.has(leaseId)) {
              // What is lent keeps its place until its receipt: this answer may be lost.
              if (lease?.kind !== 'borrow' || lease.ends <= clock.now()) leases.delete(leaseId);
              return {
                outcome: 'ended' as const,
                leaseId,
                code: 'lease-reclaimed' as const,
                data: undefined,
              };
            }
            const isOver = lease?.kind === 'borrow' && lease.ends <= clock.now();
            if (isOver && hasPlace(lease.product)) {
              lease.kind = 'lease';
              lease.seq++;
              return { outcome: 'renewed' as const, ...(await grantOf(lease)) };
            }
            if (lease === undefined || lease.ends <= clock.now()) {
              const taken = lease !== undefined && lease.kind !== 'offline-pass' && !hasPlace(lease.product);
              const code = taken ? ('no-seat-free' as const) : ('lease-ended' as const);
              return { outcome: 'ended' as const, leaseId, code, data: undefined };
            }
            lease.seq++;
            return { outcome: 'renewed' as const, ...(await grantOf(lease)) };
          }),
        );
        return { serverTime: new Date(clock.now()).toISOString(), results };
      }),
    release: (input: { leaseId: string }) =>
      serve({ kind: 'release', input }, async () => void leases.delete(input.leaseId)),
    leaveQueue: (input: { ticket: string }) => serve({ kind: 'leave-queue', input }, async () => {}),
    deactivate: (input: { receipt: string }) =>
      serve({ kind: 'deactivate', input }, async () => {
        const { kind, right } = receiptOf(input.receipt);
        const isKnown = kind === 'borrow' ? known.has(right) : portal.activations.has(right);
        if (!isKnown) throw new AldabaError('not-found');
        if (kind === 'borrow' && leases.get(right)?.kind !== 'offline-pass') leases.delete(right);
      }),
    borrow: (input: { leaseId: string; days: number }) =>
      serve({ kind: 'borrow', input }, async () => {
        const lease = leases.get(input.leaseId);
        if (reclaimed.has(input.leaseId)) throw new AldabaError('lease-reclaimed');
        if (lease === undefined || lease.ends <= clock.now()) throw new AldabaError('lease-ended');
        const maximum = lease.kind === 'offline-pass' ? 0 : mostDays(lease.product);
        if (maximum === 0) throw new AldabaError('borrow-unavailable');
        if (input.days > maximum) throw new AldabaError('borrow-too-long', `${input.days}`, { maximum });
        const ends = clock.now() + input.days * 86_400_000;
        // Never sooner than before: the device may not hear of it.
        lease.ends = lease.kind === 'borrow' ? Math.max(ends, lease.ends) : ends;
        lease.kind = 'borrow';
        lease.seq++;
        return grantOf(lease);
      }),
  };

  const portal: SeatPortal = {
    gateway: {
      // Licensing calls nothing else of the portal; another call would fail as a call of undefined.
      portal: { licenses } as unknown as PortalClient,
      get serverOffset() {
        return serverOffset;
      },
      onContact(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      fetchFile: () => Promise.reject(new Error('no files here')),
    },
    rootKeys,
    active,
    seats: new Map(),
    named: new Set(),
    lent: new Map(),
    activations: new Set([licenseClaims('').activation]),
    versions: new Map(),
    calls: [],
    count: (kind) => portal.calls.filter((call) => call.kind === kind).length,
    peak: new Map(),
    fault: null,
    faultData: undefined,
    before: null,
    after: null,
    reclaim(product) {
      for (const lease of active()) {
        if (lease.product !== product) continue;
        reclaimed.add(lease.id);
        if (lease.kind !== 'borrow') leases.delete(lease.id);
      }
    },
    forget(product) {
      for (const lease of active())
        if (lease.product === product && lease.kind !== 'borrow') leases.delete(lease.id);
    },
    occupy(product) {
      if (!hasPlace(product)) return false;
      const ends = Number.POSITIVE_INFINITY;
      const id = randomUUID();
      leases.set(id, { id, product, kind: 'lease', seq: 0, ends, account: portal.account });
      return true;
    },
    account: '0195b0a0-0000-7000-8000-000000000002',
    tell(contact) {
      for (const listener of [...listeners]) listener(contact);
    },
    nextProcess() {
      serverOffset = null;
    },
  };
  return portal;
}
