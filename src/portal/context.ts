import type { Logger } from 'pino';
import type { Permission } from '../contract/permissions.ts';
import type { AccessLookup } from './auth/access-lookup.ts';
import type { Guessing } from './auth/guessing.ts';
import type { PasswordHasher } from './auth/password-hasher.ts';
import type { ProofVerifier } from './auth/proof.ts';
import type { Clock } from './clock.ts';
import type { Database } from './db/database.ts';
import type { PortalKeys } from './keys/portal-keys.ts';
import type { Limits } from './limits.ts';
import type { PortalSettings } from './settings.ts';

/** What every service works with; made once by `createPortal`. */
export interface Portal {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: PortalSettings;
  /** Address in links, without a slash at the end. */
  readonly url: string;
  /** Addresses under which requests may be proven: `url`, and its other names when it is this machine. */
  readonly origins: readonly string[];
  readonly keys: PortalKeys;
  readonly access: AccessLookup;
  readonly guessing: Guessing;
  readonly hasher: PasswordHasher;
  readonly proofs: ProofVerifier;
  readonly limits: Limits;
  /** Tells the mail worker that a transaction with new mail or link requests has ended. */
  wakeMail(): void;
}

/** One request, independent of the HTTP library. */
export interface RequestInfo {
  readonly id: string;
  /** Log of this request. */
  readonly log: Logger;
  /** Network address of the caller, as the trusted proxies tell it. */
  readonly address: string;
  /** The network that the address belongs to, by which attempts and requests are counted: see `countedNetwork`. */
  readonly network: string;
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  /** `DPoP` header. */
  readonly proof: string | undefined;
  readonly authorization: string | undefined;
  setHeader(name: string, value: string): void;
  /** Names the request for the log. */
  named(operation: string): void;
}

/** The device that proved its key in this request. */
export interface ProvenDevice {
  /** RFC 7638. */
  readonly thumbprint: string;
  /** JWK `x`. */
  readonly key: string;
}

/** The device of a session, which the request's proof belongs to. */
export interface SessionDevice extends ProvenDevice {
  readonly name: string;
  readonly platform: string;
}

/** A person who signed in, in the account they entered. */
export interface Person {
  readonly kind: 'person';
  readonly sessionId: string;
  readonly accountId: string;
  readonly identityId: string;
  readonly email: string;
  readonly name: string;
  readonly owner: boolean;
  readonly permissions: ReadonlySet<Permission>;
  readonly device: SessionDevice;
  /** When the password was last given in this session, ms of UTC. */
  readonly confirmedAt: number;
  /** When the session ends, used or not, ms of UTC. */
  readonly sessionEndsAt: number;
}

/** A device that entered with a cloud key: licenses of one key, nothing else. */
export interface KeyHolder {
  readonly kind: 'key';
  readonly sessionId: string;
  readonly accountId: string;
  readonly keyId: string;
  readonly device: SessionDevice;
}

export type Principal = Person | KeyHolder;

/** What a procedure's policy starts from; policies add `device` or `principal`. */
export interface RequestContext {
  readonly portal: Portal;
  readonly request: RequestInfo;
}
