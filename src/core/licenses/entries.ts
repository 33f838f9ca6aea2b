import { join } from 'node:path';
import type { BrokerLicense } from '../../contract/broker.ts';
import { rebindDue } from '../../domain/device-score.ts';
import type { DocumentVerifier } from '../../domain/documents/index.ts';
import type {
  DeviceFact,
  LicenseFacts,
  LicenseWarning,
  PortalAnswer,
  Right,
} from '../../domain/license-facts.ts';
import { licenseStanding, type Standing } from '../../domain/license-state.ts';
import type { Parts } from '../parts.ts';
import { asAldabaError } from '../problem.ts';
import { changeRecord, type NotOwn, ownPart } from './change-record.ts';
import type { ClockGuard } from './clock-guard.ts';
import { type ChangeListener, type Entry, isHeld, type Said, type WarningListener } from './entry.ts';
import { createFileNotices } from './file-notices.ts';
import { emptyRecord, isEmptyRecord, type LicenseRecord } from './license-record.ts';
import type { LicenseStore } from './license-store.ts';
import {
  lendableDays,
  licenseForVersion,
  noteStanding,
  showLicenses,
  toBrokerLicense,
} from './license-view.ts';
import { createRights } from './rights.ts';

/** The products of this device: what is held, where it stands, and who hears of changes. */
export interface Entries {
  /** Milliseconds UTC, by the portal's clock where it is known. */
  now(): number;
  /** The same by the portal's word to this process, wherever this device's clock was set since; null before it spoke. What is removed for good goes by it alone. */
  portalNow(): number | null;
  get(product: string): Entry;
  all(): Entry[];
  /** Reads and verifies what is on disk. */
  load(): Promise<void>;
  /** Changes the record on disk, then in memory. */
  update(entry: Entry, change: (record: LicenseRecord) => LicenseRecord): Promise<void>;
  /** The same for what the portal gave already: a disk that refuses it is said, and the program works with it all the same. */
  updateAnyway(entry: Entry, change: (record: LicenseRecord) => LicenseRecord): Promise<void>;
  /** Lets go of a product of which nothing is held, used or owed. */
  forget(entry: Entry): void;
  standing(entry: Entry): Standing;
  /** The right that counts in the present mode. */
  inEffect(entry: Entry): Right | null;
  /** As a program of `version` hears of it; without one, as it stands for the versions that it covers. */
  license(entry: Entry, version?: string): BrokerLicense;
  setAnswer(entry: Entry, answer: PortalAnswer): void;
  /** The portal is being asked. */
  setAsking(entry: Entry): void;
  /** Tells listeners and the snapshot, if anything is different. */
  publish(entry: Entry): void;
  /** Puts what is there into the snapshot. */
  showAll(): void;
  /** While held, nobody hears of anything worse: the machine just woke, and what seems over may be renewed in a moment. */
  hold(on: boolean): void;
  /** What `work` does to this product is heard once it is done, as one step: by programs, by the window, by whoever asks. */
  inOneStep<T>(entry: Entry, work: () => Promise<T>): Promise<T>;
  /** Programs were told `full`, and would now hear less although the portal did not decide it. */
  isHeldBack(entry: Entry): boolean;
  onChange(listener: ChangeListener): () => void;
  onWarning(listener: WarningListener): () => void;
  /** Verifies a document that the portal handed over for `product`. @throws AldabaError with the `file-*` code */
  verified(document: string, product: string): Right;
}

export function createEntries(
  needs: Pick<Parts, 'ports' | 'device' | 'gateway' | 'session' | 'state'> & {
    store: LicenseStore;
    verifier: DocumentVerifier;
    guard: ClockGuard;
  },
): Entries {
  const { ports, device, gateway, session, state, store, verifier, guard } = needs;
  const { clock, log } = ports;
  const entries = new Map<string, Entry>();
  const listeners = new Set<ChangeListener>();
  const warningListeners = new Set<WarningListener>();
  let held = false;

  const now = () => clock.now() + (gateway.serverOffset ?? 0);
  const rights = createRights({ device, verifier, log, now });
  const notices = createFileNotices({ state, log, rights, folder: join(ports.paths.data, 'licenses'), now });

  function get(product: string): Entry {
    const known = entries.get(product);
    if (known !== undefined) return known;
    const entry: Entry = {
      product,
      record: emptyRecord(product),
      right: null,
      license: null,
      answer: { kind: 'none' },
      device: null,
      frozen: null,
      uses: new Map(),
      names: { product, account: '' },
      told: '',
      toldPermit: null,
      warned: new Set(),
      linger: null,
      flights: new Map(),
      telling: null,
      lending: null,
      unkept: false,
      queue: null,
    };
    entries.set(product, entry);
    return entry;
  }

  function adopt(entry: Entry, record: LicenseRecord): void {
    const before = entry.record;
    if (record.right?.document !== before.right?.document) {
      entry.right = record.right === null ? null : rights.recall(record.right.document, entry.product);
    }
    if (record.license?.document !== before.license?.document) {
      entry.license = record.license === null ? null : rights.recall(record.license.document, entry.product);
      entry.device = null;
    }
    entry.record = record;
    for (const right of [entry.right, entry.license]) {
      if (right === null) continue;
      entry.names = { product: right.claims.productName, account: right.claims.accountName };
      guard.sawSigned(right.claims.iat * 1000);
    }
  }

  function deviceFact(entry: Entry): DeviceFact {
    const since = entry.record.license?.driftSince ?? null;
    // Until the parts were read, what was last known of them.
    const verdict = entry.device?.verdict ?? (since === null ? 'unknown' : 'drift');
    if (verdict !== 'drift') return { verdict };
    return { verdict, until: rebindDue(since === null ? now() : Date.parse(since)) };
  }

  function inEffect(entry: Entry): Right | null {
    return session.mode === 'standalone' ? entry.license : entry.right;
  }

  function factsOf(entry: Entry): LicenseFacts {
    const at = now();
    const lapsedAt = entry.record.right?.lapsedAt ?? null;
    return {
      now: at,
      mode: session.mode,
      identity: session.hasIdentity(),
      identityLostAt: lapsedAt === null ? null : Date.parse(lapsedAt),
      right: inEffect(entry),
      held: isHeld(entry),
      answer: session.mode === 'standalone' ? { kind: 'none' } : entry.answer,
      clock: guard.verdict(at),
      device: deviceFact(entry),
    };
  }

  function said(entry: Entry): Said {
    if (entry.frozen !== null) return entry.frozen;
    const { license, right: stored } = entry.record;
    const document = session.mode === 'standalone' ? license?.document : stored?.document;
    const right = inEffect(entry);
    const standing = licenseStanding(factsOf(entry));
    const borrowDays = lendableDays(right, standing, entry.record);
    return { right, standing, license: toBrokerLicense(standing, right, document), borrowDays };
  }

  function license(entry: Entry, version?: string): BrokerLicense {
    const { license: stands, right } = said(entry);
    return version === undefined ? stands : licenseForVersion(stands, right, version);
  }

  function showAll(): void {
    showLicenses(
      state,
      [...entries.values()].map((entry) => ({ entry, said: said(entry) })),
      clock.now(),
    );
  }

  const notOwn = (product: string): NotOwn => ({
    isForgotten: ports.secrets.backend === 'memory',
    isForeign: (document) => rights.foreign(document, product) !== null,
  });

  async function update(entry: Entry, change: (record: LicenseRecord) => LicenseRecord): Promise<void> {
    const { record, aside } = await changeRecord(store, entry, notOwn(entry.product), change);
    adopt(entry, record);
    if (aside !== null) notices.replaced(entry.product, aside);
  }

  async function updateAnyway(entry: Entry, change: (record: LicenseRecord) => LicenseRecord): Promise<void> {
    try {
      await update(entry, change);
      state.clearNotice('license-disk');
    } catch (error) {
      const { code, message } = asAldabaError(error);
      log.error({ product: entry.product, code, error: message }, 'a right could not be stored');
      state.notice({ id: 'license-disk', level: 'error', problem: { code, data: undefined } });
      adopt(entry, change(entry.record));
    }
  }

  /**
   * What does not verify is kept aside and named; the rest of its record goes on in a new file. What another device key is for is named alone:
   * the keychain with that key may be there at the next start.
   */
  async function load(): Promise<void> {
    const { records, setAside } = await store.load();
    for (const kept of setAside) notices.setAside(kept);
    for (const record of records) {
      const entry = get(record.product);
      const own = ownPart(record, notOwn(record.product));
      adopt(entry, own);
      if (own !== record && ports.secrets.backend !== 'memory') notices.foreign(record);
      const right = entry.right === null ? null : own.right;
      const license = entry.license === null ? null : own.license;
      if (right === own.right && license === own.license) continue;
      const refused = right === own.right ? own.license : own.right;
      const code = rights.refusal(refused?.document ?? '') ?? 'file-tampered';
      notices.setAside(await store.setAside(record.product, code));
      await update(entry, (stored) => ({ ...stored, right, license }));
    }
  }

  function publish(entry: Entry): void {
    const { standing, license: changed } = said(entry);
    if (held && standing.permit !== 'full') return;
    // A renewal on its way is nothing to a program: it would hear of every heartbeat twice.
    const told = JSON.stringify({
      ...changed,
      state: changed.state === 'renewing' ? 'active' : changed.state,
    });
    if (told !== entry.told) {
      entry.told = told;
      entry.toldPermit = changed.permit;
      const { state: now, permit, cause, reason } = standing;
      log.info({ product: entry.product, state: now, permit, cause, reason }, 'license changed');
      noteStanding(state, entry, standing);
      for (const listener of [...listeners]) listener(entry.product, changed);
    }
    warn(entry, standing);
    showAll();
  }

  function setAnswer(entry: Entry, answer: PortalAnswer): void {
    entry.answer = answer;
    publish(entry);
  }

  function warn(entry: Entry, { warnings }: Standing): void {
    const before = entry.warned;
    const nameOf = ({ kind, daysBefore }: LicenseWarning) => `${kind} ${daysBefore}`;
    entry.warned = new Set(warnings.map(nameOf));
    for (const warning of warnings) {
      if (before.has(nameOf(warning))) continue;
      for (const listener of [...warningListeners]) listener(entry.product, warning);
    }
  }

  return {
    now,
    portalNow: guard.portalNow,
    get,
    all: () => [...entries.values()],
    load,
    update,
    updateAnyway,
    forget(entry) {
      const idle = entry.uses.size === 0 && entry.flights.size === 0 && entry.telling === null;
      if (idle && isEmptyRecord(entry.record) && entry.answer.kind !== 'ended') entries.delete(entry.product);
    },
    standing: (entry) => licenseStanding(factsOf(entry)),
    inEffect,
    license,
    setAnswer,
    setAsking(entry) {
      const { answer } = entry;
      setAnswer(entry, { kind: 'asking', failed: answer.kind === 'unreachable' ? answer.code : undefined });
    },
    publish,
    showAll,
    hold(on) {
      held = on;
    },
    async inOneStep(entry, work) {
      if (entry.frozen !== null) return work();
      entry.frozen = said(entry);
      try {
        return await work();
      } finally {
        entry.frozen = null;
        publish(entry);
      }
    },
    isHeldBack(entry) {
      if (session.mode === 'standalone' || !session.hasIdentity()) return false;
      const undecided = entry.answer.kind === 'unreachable' || entry.answer.kind === 'asking';
      return undecided && entry.toldPermit === 'full' && licenseStanding(factsOf(entry)).permit !== 'full';
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onWarning(listener) {
      warningListeners.add(listener);
      return () => void warningListeners.delete(listener);
    },
    verified: rights.verified,
  };
}
