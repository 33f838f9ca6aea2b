import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { AldabaError, type SessionEndReason } from '../../src/contract/errors.ts';
import { permissions } from '../../src/contract/permissions.ts';
import type { Profile } from '../../src/contract/portal/profile.ts';

export interface TestIdentity {
  id: string;
  email: string;
  name: string;
  password: string;
  accounts: { id: string; name: string }[];
}

export interface PortalSession {
  id: string;
  identity: TestIdentity;
  accountId: string;
  /** Thumbprint of the device's key. */
  device: string;
  current: string;
  /** Hash of a rotated token -> hash that followed, and when (ms). */
  rotated: Map<string, { next: string; at: number }>;
  ended: boolean;
  /** What is said of the end; undefined: nothing. */
  reason: SessionEndReason | undefined;
  refreshes: number;
  /** ms */
  endsAt: number;
}

export const hashOf = (token: string): string => createHash('sha256').update(token, 'ascii').digest('hex');
export const newSecret = (): string => randomBytes(32).toString('base64url');

const grace = 20_000;

/** Sessions and access tokens as contract/portal/sessions describes them. */
export function createPortalSessions(now: () => number) {
  const sessions: PortalSession[] = [];
  const access = new Map<string, { session: PortalSession | null; device: string; until: number }>();
  const tickets = new Map<string, { identity: TestIdentity; device: string; until: number }>();

  function profileOf(session: PortalSession): Profile {
    const { identity, accountId } = session;
    const memberships = identity.accounts.map((account) => ({
      account,
      roleName: 'Administrador',
      roleKey: 'administrator',
      association: false,
    }));
    const membership = memberships.find((candidate) => candidate.account.id === accountId);
    if (membership === undefined) throw new AldabaError('forbidden');
    return {
      identity: { id: identity.id, email: identity.email, name: identity.name, language: 'es' },
      membership,
      permissions: [...permissions],
      accounts: memberships,
      sessionId: session.id,
      sessionEndsAt: new Date(session.endsAt).toISOString(),
    };
  }

  function giveAccess(device: string, session: PortalSession | null) {
    const accessToken = newSecret();
    access.set(accessToken, { session, device, until: now() + 600_000 });
    return { accessToken, expiresIn: 600 };
  }

  function signedIn(session: PortalSession) {
    return {
      kind: 'signed-in' as const,
      access: giveAccess(session.device, session),
      profile: profileOf(session),
    };
  }

  function open(identity: TestIdentity, accountId: string, device: string, tokenHash: string) {
    const session: PortalSession = {
      id: randomUUID(),
      identity,
      accountId,
      device,
      current: tokenHash,
      rotated: new Map(),
      ended: false,
      reason: undefined,
      refreshes: 0,
      endsAt: now() + 365 * 86_400_000,
    };
    sessions.push(session);
    return signedIn(session);
  }

  /** Its access tokens stay known, and are refused by their session's end. */
  function end(session: PortalSession, reason?: SessionEndReason): void {
    session.ended = true;
    session.reason = reason;
  }

  function refuse({ reason }: PortalSession): never {
    throw new AldabaError('session-ended', 'over', reason === undefined ? undefined : { reason });
  }

  return {
    sessions,
    access,
    tickets,
    profileOf,
    giveAccess,
    signedIn,
    open,
    end,
    refresh(token: string, nextTokenHash: string, device: string) {
      const hash = hashOf(token);
      const session = sessions.find((candidate) => candidate.current === hash || candidate.rotated.has(hash));
      if (session === undefined) throw new AldabaError('session-ended');
      if (session.ended) refuse(session);
      if (session.device !== device) throw new AldabaError('proof-invalid', 'another device');
      session.refreshes++;
      const before = session.rotated.get(hash);
      if (before === undefined) {
        session.rotated.set(hash, { next: nextTokenHash, at: now() });
        session.current = nextTokenHash;
      } else if (before.next !== nextTokenHash) {
        if (now() - before.at <= grace) throw new AldabaError('session-raced');
        end(session, 'replay');
        refuse(session);
      }
      return signedIn(session);
    },
    signOut(token: string) {
      const hash = hashOf(token);
      const session = sessions.find((candidate) => candidate.current === hash || candidate.rotated.has(hash));
      if (session !== undefined) end(session, 'signed-out');
    },
    /** The session behind an access token; null for a key's. */
    authorize(token: string | null, device: string): PortalSession | null {
      const entry = token === null ? undefined : access.get(token);
      if (entry === undefined || entry.until <= now()) throw new AldabaError('not-signed-in');
      if (entry.device !== device) throw new AldabaError('proof-invalid', 'token of another device');
      if (entry.session?.ended) throw new AldabaError('session-ended');
      return entry.session;
    },
  };
}
