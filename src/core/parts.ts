import type { ContractRouterClient } from '@orpc/contract';
import type { BrokerLicense } from '../contract/broker.ts';
import type { Problem } from '../contract/client/problem.ts';
import type { AppState, Use } from '../contract/client/state.ts';
import type { Profile } from '../contract/portal/profile.ts';
import type { PortalContract } from '../contract/portal.ts';
import type { Components, DeviceDescription, Instant, Mode, PublicKey } from '../contract/primitives.ts';
import type { ClockVerdict } from '../domain/clock-mark.ts';
import type { LicenseWarning } from '../domain/license-facts.ts';
import type { ProcessLock } from './lock/process-lock.ts';
import type { Ports } from './ports/index.ts';

/**
 * The parts of the core and what each promises the others. `createCore` builds them in this order:
 * device -> gateway -> session -> licenses -> downloads -> broker; `state` collects what each shows.
 */
export type PortalClient = ContractRouterClient<PortalContract>;

/** This device: an Ed25519 key pair whose private part never leaves `secrets`. Made at first use, kept for good. */
export interface Device {
  /** Reads the key, making it at first use. Everything below needs it once; `keychain-*` when the keychain refuses, and may be tried again; `device-key-damaged`. */
  load(): Promise<void>;
  /** Makes a new key where something else stands in its place, which is kept aside. @returns false: nothing was damaged */
  replaceDamaged(): Promise<boolean>;
  readonly publicKey: PublicKey;
  /** RFC 7638. */
  readonly thumbprint: string;
  sign(data: Uint8Array): Promise<Uint8Array>;
  /** Salted hashes; `salt` is base64url, 16 bytes, per installation unless a license brings its own. */
  describe(salt?: string): Promise<{ device: DeviceDescription; components: Components; salt: string }>;
}

export type Contact =
  | {
      ok: true;
      /** ms UTC; null where the answer said none, which proves nothing of the clock. */
      serverTime: number | null;
      /** False where it said that it can serve nobody now (429, 5xx): it is there, and wants no more questions. */
      serves: boolean;
    }
  | { ok: false; problem: Problem };

/**
 * The portal, typed. Adds DPoP proofs and the access token, corrects the proof's time by the portal's `Date`, maps every transport fault
 * to its own `AldabaError` (captive page, HTML, truncated body, certificate, offline, time-out), and never retries a non-idempotent call.
 * Access tokens stay in memory; an expired one is replaced by `session` once, whatever the number of calls waiting.
 */
export interface Gateway {
  readonly portal: PortalClient;
  /** Server UTC in ms minus clock.now(), from the last signed or HTTP date; null before the first contact. */
  readonly serverOffset: number | null;
  /** Of every answer of the portal, and of every request that got none. */
  onContact(listener: (contact: Contact) => void): () => void;
  /**
   * GET of a file address that the portal handed over (`licenses.downloadLink`), from byte `from` on. With `ifRange` (a strong ETag) the
   * portal answers 200 with the whole file when it changed. Refuses addresses outside the portal.
   */
  fetchFile(path: string, init: { from: number; ifRange?: string; signal: AbortSignal }): Promise<Response>;
}

/**
 * `ready`: an identity appeared, or changed company. `replaced`: the same, and it is another person or key than the one before: what that one
 * held is not this one's. It went: `ended` by the portal, at once; `lapsed` by the portal, and what is held runs on (ADR 0032); `signed-out`
 * by the person.
 */
export type IdentityEvent = 'ready' | 'replaced' | 'ended' | 'lapsed' | 'signed-out';

/** Identity: sign-in session or cloud key, by mode. */
export interface Session {
  /** From disk and keychain; no network. */
  start(): Promise<void>;
  readonly mode: Mode | null;
  readonly profile: Profile | null;
  /** True when a stored credential exists (even if the portal cannot be reached now). */
  hasIdentity(): boolean;
  /**
   * Resolves when there is an identity. Interactive: opens the one window and waits; every caller waits on the same sign-in.
   * Throws `sign-in-cancelled` (the person closed it), `sign-in-unavailable` (no window can be shown), or `cancelled` (signal).
   */
  ensureIdentity(options: { interactive: boolean; program: Use; signal: AbortSignal }): Promise<void>;
  onIdentity(listener: (event: IdentityEvent) => void): () => void;
}

/** Rights of this device by product; the state machine is in domain/license-state. */
export interface Licenses {
  /** From disk; no network. Where the keychain does not open in 2 s, reading goes on, and is tried again, in the background. */
  start(): Promise<void>;
  /** True when a standalone license is on disk, by a look at the files that needs no keychain. */
  isStored(): Promise<boolean>;
  /** A standalone license or a borrowed seat is held, which is lost with the device key; or may be, as long as the disk was not read. */
  isBound(): boolean;
  /** Genuine standalone licenses of this device, also while another mode is in use; none until the disk was read. */
  stored(): { productName: string; expiresAt: Instant | null }[];
  /** Once, when the disk was read. */
  onRead(listener: () => void): () => void;
  /** The keychain answers again: what waits for it is read now. */
  keychainOpened(): void;
  /** With a valid right on disk: answers with no network on the path. Otherwise ensures the identity, then acquires. */
  acquire(
    use: Use & { features: string[]; interactive: boolean },
    signal: AbortSignal,
  ): Promise<BrokerLicense>;
  /** With `version`: as a program of that version hears of it, which a right for others lets open and save alone. */
  status(product: string, version?: string): BrokerLicense;
  /** The last use of a floating product ended: its lease goes back within 5 s. Named passes stay. */
  release(use: Use): Promise<void>;
  onChange(listener: (product: string, license: BrokerLicense) => void): () => void;
  /** What this machine's clock is worth; null until the disk was read. */
  clock(): ClockVerdict | null;
  /** Something ahead became due to be said: an end in so many days, the countdown, a clock set back. Once each time it is due. */
  onWarning(listener: (product: string, warning: LicenseWarning) => void): () => void;
  /** Gives back what no program uses. Uses that end after this are the client's own end: what they hold stays on disk and is found at the next start. */
  stop(): Promise<void>;

  // What setup, the window and the command line use.

  /**
   * Standalone: checks and stores a signed license (armored file or compact JWS); it takes effect at once.
   * Throws the `file-*` code that says what is wrong; what was stored before stays.
   */
  installLicense(text: string): Promise<{ product: string; productName: string; expiresAt: Instant | null }>;
  /**
   * Standalone: the key again, online; the portal repeats the activation with this device's components as they are now, and the license is
   * stored. Throws what the portal said, `not-configured` without a portal address.
   */
  registerAgain(key: string): Promise<void>;
  /** A request file signed by the device, to be answered by the portal elsewhere. `content` is armored text and holds the key. */
  createRequest(key: string): Promise<{ fileName: string; content: string }>;
  /** Ends a standalone license here first, then tells the portal; a receipt is handed over when it could not be told. */
  giveBack(product: string): Promise<{ told: boolean; fileName: string | null; content: string | null }>;
  /** @throws AldabaError `not-found`: nothing was given back, or the portal knows of it */
  receipt(product: string): { fileName: string; content: string };
  /** The person asks for a renewal now, and for the seats that are waited for. Throws what the portal said to a renewal. */
  renewNow(): Promise<void>;
  /** The person gives a lease back although programs may run; those are told and may open and save. */
  releaseProduct(product: string): Promise<void>;
  /** Every right of this device goes back, used or not, and the portal is told as far as it can be reached. Never throws. */
  giveBackAll(): Promise<void>;
  /**
   * The floating lease of a product to take away for `days` from now. With `use`: for a program, which must hold it.
   * Throws `borrow-unavailable` where there is nothing to lend, `borrow-too-long`, `not-licensed`, and what the portal said.
   */
  borrow(product: string, days: number, use?: Use): Promise<void>;
  /**
   * Ends what is borrowed here first, then tells the portal; a receipt is handed over when it could not be told. Programs that run go on
   * with a lease where the portal was told and a seat is free. With `use`: for a program, which must hold it.
   * Throws `not-borrowed`, and with `use` `not-licensed`.
   */
  returnBorrowed(
    product: string,
    use?: Use,
  ): Promise<{ told: boolean; fileName: string | null; content: string | null }>;
}

/** The local endpoint that programs ask. Protocol: contract/broker and docs/broker-protocol.md. */
export interface Broker {
  /** Listens. Throws `already-running` when another client of this person answers on this endpoint. */
  start(): Promise<void>;
  /** Where programs connect: path of the socket, or the named pipe; null while not listening. */
  readonly address: string | null;
  /** Closes every connection; uses end. */
  stop(): Promise<void>;
}

/** The snapshot that windows watch. Parts write their slice; watchers get the whole, coalesced per tick. */
export interface StateStore {
  get(): AppState;
  update(change: Partial<AppState>): void;
  notice(notice: { id: string; level: 'info' | 'warning' | 'error'; problem: Omit<Problem, 'at'> }): void;
  clearNotice(id: string): void;
  /** One reader. The present snapshot first, then the newest after each change, until `signal` aborts or the reader returns. */
  watch(signal: AbortSignal): AsyncIteratorObject<AppState, void, void>;
}

/** What `createCore` hands to the parts that it builds last. */
export interface Parts {
  ports: Ports;
  device: Device;
  gateway: Gateway;
  session: Session;
  state: StateStore;
  /** One process of this profile at a time, by name (`licenses`, `clock`); never held while waiting for a person. */
  lock: ProcessLock;
}
export type CreateBroker = (parts: Parts & { licenses: Licenses }) => Broker;
