import { join } from 'node:path';
import type { BrokerLicense } from '../../contract/broker.ts';
import type { Use } from '../../contract/client/state.ts';
import { AldabaError } from '../../contract/errors.ts';
import { createDocumentVerifier } from '../../domain/documents/index.ts';
import { isVersionCovered } from '../../domain/version-range.ts';
import { createDocumentCrypto } from '../adapters/document-crypto.ts';
import type { Licenses, Parts } from '../parts.ts';
import { asAldabaError } from '../problem.ts';
import type { writeFileDurably } from '../write-file-durably.ts';
import { atMost } from './at-most.ts';
import { createDeviceCheck } from './check-device.ts';
import { createClockContact } from './clock-contact.ts';
import { createClockGuard } from './clock-guard.ts';
import { createDebts } from './debts.ts';
import { createEntries } from './entries.ts';
import type { Entry, LiveUse } from './entry.ts';
import { createKeeper } from './keeper.ts';
import { createLicenseStore } from './license-store.ts';
import { createRenewals } from './renewals.ts';
import { createSeats } from './seats.ts';
import { createStandalone } from './standalone.ts';

/** ms that programs have to connect again after the client was restarted, before leases that nobody uses go back. */
const orphanTerm = 30_000;
/** ms that stopping waits for the portal to hear of what was given back; the rest is told at the next start. */
const stopTerm = 2000;
/** ms that stopping waits for the clock's mark to be written. */
const saveTerm = 1000;

export interface LicensesOptions {
  /**
   * This process answers programs, so that leases which none uses are its to give back. A command that runs beside the client sees the
   * same leases on disk and leaves them alone.
   */
  answersPrograms?: boolean;
  /** For tests: how files are written and removed, and chance. */
  write?: typeof writeFileDurably;
  remove?: (path: string) => Promise<void>;
  /** 0 included to 1 excluded. */
  random?: () => number;
}

/** Wires the licensing of one device. See {@link Licenses}. */
export function createLicenses(parts: Parts, options: LicensesOptions = {}): Licenses {
  const { ports, device, gateway, session, state, lock } = parts;
  const { clock, log, paths } = ports;
  const random = options.random ?? Math.random;
  const write = options.write === undefined ? {} : { write: options.write };
  const remove = options.remove === undefined ? {} : { remove: options.remove };
  const readListeners = new Set<() => void>();
  let stopping = false;

  const crypto = createDocumentCrypto();
  const verifier = createDocumentVerifier({ crypto, rootKeys: ports.rootKeys });
  const guard = createClockGuard({ paths, secrets: ports.secrets, clock, log, lock, ...write });
  const store = createLicenseStore({
    folder: join(paths.data, 'licenses'),
    lock,
    now: clock.now,
    ...write,
    ...remove,
  });
  const entries = createEntries({ ports, device, gateway, session, state, store, verifier, guard });
  const seats = createSeats({ ports, gateway, entries, random, stopped: () => stopping });
  const renewals = createRenewals({ ports, gateway, session, entries, seats, random });
  const deviceCheck = createDeviceCheck({ ports, device, state, entries });
  const standalone = createStandalone({
    ports,
    device,
    gateway,
    entries,
    deviceCheck,
    verifier,
    crypto,
    guard,
  });
  const clockContact = createClockContact({ ports, gateway, guard, now: entries.now, random });
  const debts = createDebts({ ports, session, entries, seats, standalone, random });
  const keeper = createKeeper({
    ports,
    device,
    gateway,
    session,
    entries,
    seats,
    renewals,
    debts,
    deviceCheck,
    guard,
    clockContact,
    answersPrograms: options.answersPrograms ?? true,
    onRead: () => {
      for (const listener of [...readListeners]) listener();
    },
  });

  /** The license, when this use may run with it as it stands: no file, no network, no waiting. */
  function warm(entry: Entry, use: LiveUse): BrokerLicense | null {
    const right = entries.inEffect(entry);
    if (right === null || (entry.record.right?.leaving === true && right.kind !== 'license')) return null;
    if (!isVersionCovered(use.version, right.claims.versions)) return null;
    const license = entries.license(entry);
    if (license.permit !== 'full') return null;
    if (isThere(entry, use) && (use.state !== 'running' || !use.granted)) {
      use.state = 'running';
      use.granted = true;
      entry.linger?.cancel();
      entry.linger = null;
      entries.publish(entry);
      keeper.plan();
    }
    return license;
  }

  /** Why `warm` gave nothing, when the portal is not to be asked. A right that was there lets a program open and save. */
  function answerWithout(entry: Entry, use: LiveUse, fault: AldabaError | null): BrokerLicense {
    const right = entries.inEffect(entry);
    const product = { product: entry.names.product };
    if (right !== null && !isVersionCovered(use.version, right.claims.versions)) {
      throw fault ?? new AldabaError('version-not-covered', `${use.version} of ${entry.product}`, product);
    }
    const license = entries.license(entry);
    if (right !== null && license.permit !== 'none' && isThere(entry, use)) {
      use.state = 'running';
      entries.publish(entry);
      return fault === null ? license : { ...license, reason: fault.code };
    }
    throw (
      fault ??
      new AldabaError(license.reason ?? 'not-licensed', `nothing to run ${entry.product} with`, product)
    );
  }

  async function acquireCold(
    entry: Entry,
    use: LiveUse,
    interactive: boolean,
    signal: AbortSignal,
  ): Promise<BrokerLicense> {
    for (let tries = 0; ; tries++) {
      if (session.mode === null || (session.mode !== 'standalone' && !session.hasIdentity())) {
        await session.ensureIdentity({ interactive, program: publicUse(use), signal });
        const now = warm(entry, use);
        if (now !== null) return now;
      }
      if (session.mode === 'standalone') return answerWithout(entry, use, null);
      try {
        await seats.takeUp(entry);
        const taken = warm(entry, use);
        if (taken !== null) return taken;
        await seats.obtain(entry, use);
      } catch (error) {
        const fault = asAldabaError(error);
        // The session ended under the request: the person is asked once more.
        const again = fault.code === 'not-signed-in' || fault.code === 'session-ended';
        if (again && tries < 2 && !session.hasIdentity()) continue;
        return answerWithout(entry, use, fault);
      }
      return warm(entry, use) ?? answerWithout(entry, use, null);
    }
  }

  return {
    start: () => keeper.start(orphanTerm),

    async acquire(asked, signal) {
      if (signal.aborted) throw new AldabaError('cancelled', 'the program went away');
      if (!keeper.isReady) await orAborted(keeper.ready(), signal);
      const entry = entries.get(asked.program);
      const known = entry.uses.get(asked.id);
      const use: LiveUse = known ?? {
        ...publicUse(asked),
        state: 'waiting',
        features: asked.features,
        granted: false,
      };
      entry.uses.set(use.id, use);
      const now = warm(entry, use);
      if (now !== null) return now;
      entries.publish(entry);
      try {
        return await orAborted(acquireCold(entry, use, asked.interactive, signal), signal);
      } catch (error) {
        if (known === undefined) {
          entry.uses.delete(use.id);
          seats.lingerThenLeave(entry);
        }
        entries.publish(entry);
        entries.forget(entry);
        throw asAldabaError(error);
      } finally {
        keeper.plan();
      }
    },

    status(product) {
      const entry = entries.get(product);
      const license = entries.license(entry);
      entries.forget(entry);
      return license;
    },

    async release(use) {
      const entry = entries.get(use.program);
      if (!entry.uses.delete(use.id)) return;
      if (entry.uses.size === 0) entry.queue = null;
      entries.publish(entry);
      if (!stopping) seats.lingerThenLeave(entry);
    },

    clock: () => (keeper.isReady ? guard.verdict(entries.now()) : null),
    isStored: store.hasLicense,
    onRead(listener) {
      readListeners.add(listener);
      return () => void readListeners.delete(listener);
    },
    keychainOpened() {
      if (!keeper.isReady) void keeper.ready().catch(() => undefined);
    },
    onChange: entries.onChange,
    onWarning: entries.onWarning,

    async stop() {
      stopping = true;
      keeper.stop();
      deviceCheck.stop();
      const leaving = entries.all().filter((entry) => entry.linger !== null);
      const told = Promise.all([
        ...entries.all().map((entry) => entry.telling),
        ...leaving.map((entry) => seats.leave(entry).catch(() => undefined)),
      ]);
      await atMost(clock, stopTerm, told);
      guard.advance(entries.now(), 0);
      // A keychain that asks its person may take a minute to answer.
      await atMost(clock, saveTerm, guard.save());
    },

    installLicense: standalone.installLicense,
    registerAgain: standalone.registerAgain,
    createRequest: standalone.createRequest,
    giveBack: standalone.giveBack,
    receipt: standalone.receipt,

    async renewNow() {
      await keeper.ready();
      const fault = clockContact.due() === null ? null : await clockContact.run();
      if (fault !== null && session.mode === 'standalone') throw fault;
      await renewals.run({ force: true });
      const queued = entries.all().filter(({ queue, uses }) => queue !== null && uses.size > 0);
      await Promise.all(queued.map((entry) => seats.regain(entry)));
      keeper.plan();
    },

    async releaseProduct(product) {
      const entry = entries.get(product);
      if (entry.record.right === null)
        throw new AldabaError('not-licensed', `nothing of ${product} is held`, { product });
      entry.queue = null;
      await seats.abandon(entry);
      entries.setAnswer(entry, { kind: 'released' });
      await seats.tell(entry);
      keeper.plan();
    },

    async giveBackAll() {
      for (const entry of entries.all()) {
        if (entry.record.right === null) continue;
        entry.queue = null;
        await seats.abandon(entry).catch((error: unknown) => {
          log.warn({ product: entry.product, error: String(error) }, 'a right could not be given back');
        });
        entries.setAnswer(entry, { kind: 'released' });
      }
      await Promise.all(entries.all().map((entry) => seats.tell(entry)));
    },

    async borrow(use) {
      throw new AldabaError('borrow-unavailable', `the portal does not lend ${use.program}`, {
        product: use.program,
      });
    },

    async returnBorrowed(use) {
      if (entries.get(use.program).right?.kind !== 'borrow') {
        throw new AldabaError('borrow-unavailable', `${use.program} is not borrowed`, {
          product: use.program,
        });
      }
      await this.releaseProduct(use.program);
      return this.status(use.program);
    },
  };
}

/** A program that died while it asked holds nothing up. */
function isThere(entry: Entry, use: LiveUse): boolean {
  return entry.uses.get(use.id) === use;
}

function publicUse({ id, program, version, since, state }: Use): Use {
  return { id, program, version, since, state };
}

/** The caller hears at once; what it shared with others goes on. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new AldabaError('cancelled', 'the program went away'));
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
