import { join } from 'node:path';
import { AldabaError } from '../../contract/errors.ts';
import { createDocumentVerifier } from '../../domain/documents/index.ts';
import { createDocumentCrypto } from '../adapters/document-crypto.ts';
import type { Licenses, Parts } from '../parts.ts';
import type { writeFileDurably } from '../write-file-durably.ts';
import { createAcquire } from './acquire.ts';
import { atMost } from './at-most.ts';
import { createBorrowing } from './borrowing.ts';
import { createDeviceCheck } from './check-device.ts';
import { createClockContact } from './clock-contact.ts';
import { createClockGuard } from './clock-guard.ts';
import { createDebts } from './debts.ts';
import { createEntries } from './entries.ts';
import { createKeeper } from './keeper.ts';
import { createLicenseStore } from './license-store.ts';
import { createReceipts } from './receipts.ts';
import { createRenewals } from './renewals.ts';
import { createSeats } from './seats.ts';
import { createStandalone, storedView } from './standalone.ts';

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
  const receipts = createReceipts({ ports, device, gateway, entries, crypto });
  const seats = createSeats({ ports, gateway, entries, receipts, random, stopped: () => stopping });
  const renewals = createRenewals({ ports, gateway, session, entries, seats, random });
  const deviceCheck = createDeviceCheck({ ports, device, state, entries });
  const standalone = createStandalone({
    ports,
    device,
    gateway,
    entries,
    receipts,
    deviceCheck,
    verifier,
    crypto,
    guard,
  });
  const clockContact = createClockContact({ ports, gateway, guard, now: entries.now, random });
  const debts = createDebts({ ports, session, entries, seats, receipts, random });
  const keeper = createKeeper({
    ports,
    device,
    gateway,
    session,
    state,
    entries,
    receipts,
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
  const borrowing = createBorrowing({ ports, gateway, session, entries, receipts, seats, keeper });

  return {
    start: () => keeper.start(orphanTerm),

    acquire: createAcquire({ session, entries, seats, keeper }),

    status(product, version) {
      const entry = entries.get(product);
      const license = entries.license(entry, version);
      entries.forget(entry);
      return license;
    },

    async release(use) {
      const entry = entries.get(use.program);
      const live = entry.uses.get(use.id);
      if (live === undefined) return;
      entry.uses.delete(use.id);
      live.over.abort();
      if (entry.uses.size === 0) void seats.stopWaiting(entry);
      entries.publish(entry);
      if (!stopping) seats.lingerThenLeave(entry);
    },

    clock: () => (keeper.isReady ? guard.verdict(entries.now()) : null),
    isStored: store.hasLicense,
    isBound: () =>
      !keeper.isReady ||
      entries.all().some(({ license, right }) => license !== null || right?.kind === 'borrow'),
    stored: () => entries.all().flatMap(({ license }) => (license === null ? [] : [storedView(license)])),
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
    receipt: receipts.latest,

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
      if (entry.record.right?.kind === 'borrow') {
        await borrowing.returnBorrowed(product);
        return;
      }
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
      await Promise.all(entries.all().map((entry) => Promise.all([seats.tell(entry), receipts.tell(entry)])));
    },

    borrow: borrowing.borrow,
    returnBorrowed: borrowing.returnBorrowed,
  };
}
