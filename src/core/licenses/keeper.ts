import { keychainPatience } from '../keychain-patience.ts';
import type { Parts } from '../parts.ts';
import { asAldabaError } from '../problem.ts';
import { atMost } from './at-most.ts';
import type { DeviceCheck } from './check-device.ts';
import type { ClockContact } from './clock-contact.ts';
import type { ClockGuard } from './clock-guard.ts';
import type { Debts } from './debts.ts';
import type { Entries } from './entries.ts';
import { type Entry, isOver } from './entry.ts';
import { createFollowIdentity } from './follow-identity.ts';
import { createNetworkChanges, offlineSleep } from './network-changes.ts';
import { createReading } from './reading.ts';
import type { Receipts } from './receipts.ts';
import type { Renewals } from './renewals.ts';
import type { Seats } from './seats.ts';
import { createTimeJumps, longestSleep } from './time-jumps.ts';

/** After a jump, programs hear of what ended once the portal had this long to renew it. ms. */
const settleTerm = 15_000;
/** ms between tries in that time. */
const settlePause = 2000;
/** How often the clock mark goes to disk. ms. */
const markTerm = 300_000;
const unreadNotice = 'licenses-unread';

/** Does what time brings: transitions, renewals, and telling the portal what it has not heard. */
export interface Keeper {
  /** Reads the disk and begins. Leases that nobody uses after `orphanTerm` ms go back. */
  start(orphanTerm: number): Promise<void>;
  /** Resolves when the disk was read; tries again where the device key could not be read. */
  ready(): Promise<void>;
  readonly isReady: boolean;
  /** Sleeps until the next thing that is due. */
  plan(): void;
  stop(): void;
}

export function createKeeper(
  needs: Pick<Parts, 'ports' | 'device' | 'gateway' | 'session' | 'state'> & {
    entries: Entries;
    receipts: Receipts;
    seats: Seats;
    renewals: Renewals;
    debts: Debts;
    deviceCheck: DeviceCheck;
    guard: ClockGuard;
    clockContact: ClockContact;
    answersPrograms: boolean;
    /** Called once, when the disk was read. */
    onRead: () => void;
  },
): Keeper {
  const {
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
    answersPrograms,
    onRead,
  } = needs;
  const { clock, log } = ports;
  const timeJumps = createTimeJumps(clock, guard, entries.now);
  const networkChanges = createNetworkChanges(ports.hardware);
  let timer: { cancel(): void } | null = null;
  let stopped = true;
  let markSavedAt = clock.monotonic();
  let orphansLeaveAt = Number.POSITIVE_INFINITY;
  /** Programs had their time to come back: what nobody uses goes. */
  let orphansLeft = false;
  let working: Promise<void> | null = null;
  /** Running time until which what seems over is held back; null: nothing is. */
  let settleUntil: number | null = null;
  const endings: (() => void)[] = [];

  async function load(): Promise<void> {
    await guard.load();
    await device.load();
    await entries.load();
    // Also where there is none: that nothing is held is known now.
    entries.showAll();
    for (const entry of entries.all()) {
      // Whether the portal heard of it before this process's predecessor died is unknown, so nobody may take it up.
      if (answersPrograms && entry.record.right?.leaving) await seats.abandon(entry);
      await followIdentity.found(entry);
      entries.publish(entry);
      // In the background: reading hardware may take a second, and a program waits.
      void deviceCheck.check(entry);
    }
  }

  const reading = createReading(
    clock,
    () => load().catch(sayUnread),
    () => {
      state.clearNotice(unreadNotice);
      plan();
      onRead();
    },
  );
  const { ready } = reading;

  /** That a keychain does not open, or what it holds is damaged, is said where it is read. */
  function sayUnread(error: unknown): never {
    const { code, data } = asAldabaError(error);
    const isSaid = code.startsWith('keychain-') || code === 'device-key-damaged';
    if (!isSaid) state.notice({ id: unreadNotice, level: 'error', problem: { code, data } });
    throw error;
  }

  /** Whoever waits for it hears why not; here it is only not forgotten. */
  async function read(): Promise<void> {
    await ready().catch((error: unknown) =>
      log.warn({ error: String(error) }, 'licenses could not be read yet'),
    );
    plan();
  }

  const followIdentity = createFollowIdentity({
    ports,
    session,
    entries,
    receipts,
    seats,
    renewals,
    ready,
  });

  async function serveQueue(): Promise<void> {
    for (const entry of entries.all()) {
      if (entry.queue !== null && entry.queue.at <= clock.monotonic() && entry.uses.size > 0)
        await seats.regain(entry);
    }
  }

  /** What needs the portal. One at a time; what became due meanwhile is seen by the next plan. */
  function talk(): Promise<void> {
    working ??= (async () => {
      try {
        if (clockContact.due() === 0) await clockContact.run();
        if (renewals.due() === 0) await renewals.run({ force: false });
        await serveQueue();
        await debts.pay();
      } catch (error) {
        log.error({ error: asAldabaError(error).message }, 'keeping licenses failed');
      } finally {
        working = null;
        plan();
      }
    })();
    return working;
  }

  /** The portal answered somebody, or the network is another one. */
  function hurry(): void {
    for (const waiting of [renewals, debts, clockContact, seats]) waiting.hurry();
  }

  function publishAll(): void {
    for (const entry of entries.all()) entries.publish(entry);
  }

  async function wake(): Promise<void> {
    timer = null;
    const jumped = timeJumps.look();
    if (reading.due() === 0) void read();
    if (clock.monotonic() >= orphansLeaveAt) {
      orphansLeaveAt = Number.POSITIVE_INFINITY;
      orphansLeft = true;
    }
    if (clock.monotonic() - markSavedAt > markTerm) {
      markSavedAt = clock.monotonic();
      void guard.save();
    }
    if (jumped) log.info({}, 'the machine slept or its clock moved');
    if (networkChanges.look()) hurry();
    if (jumped || (settleUntil === null && entries.all().some(hasJustEnded))) return settle();
    leaveUnused();
    publishAll();
    plan();
    if (isTalkDue()) void talk();
  }

  /** What nobody uses and nobody ended, because time alone did: what was borrowed, and what programs of an earlier process held. */
  function leaveUnused(): void {
    if (!orphansLeft) return;
    for (const entry of entries.all()) if (entry.linger === null) seats.lingerThenLeave(entry, 0);
  }

  /** What was borrowed is over under a program that does not know yet: the portal makes a lease of it. */
  function hasJustEnded(entry: Entry): boolean {
    const isBorrowed = entry.right?.kind === 'borrow' && entry.uses.size > 0;
    return isBorrowed && entry.toldPermit === 'full' && isOver(entry.right, entries.now());
  }

  /** Programs hear of what ended once the portal said so, or was not there for a while: after sleeping, the network takes its time. */
  async function settle(): Promise<void> {
    const until = clock.monotonic() + settleTerm;
    const isFirst = settleUntil === null;
    settleUntil = until;
    entries.hold(true);
    renewals.timeJumped();
    clockContact.timeJumped();
    debts.timeJumped();
    plan();
    if (!isFirst) return;
    for (;;) {
      await atMost(clock, settleUntil - clock.monotonic(), talk());
      const left = settleUntil - clock.monotonic();
      if (left <= 0 || stopped || !entries.all().some(entries.isHeldBack)) break;
      await atMost(clock, Math.min(settlePause, left), new Promise(() => {}));
      renewals.timeJumped();
    }
    settleUntil = null;
    entries.hold(false);
    publishAll();
    plan();
  }

  function isTalkDue(): boolean {
    return talkWait() <= 0;
  }

  /** ms of running time until the portal is needed. */
  function talkWait(): number {
    if (working !== null) return Number.POSITIVE_INFINITY;
    const now = clock.monotonic();
    const dues = [renewals.due(), clockContact.due(), debts.due()];
    const waits = dues.map((wait) => wait ?? Number.POSITIVE_INFINITY);
    for (const entry of entries.all()) {
      if (entry.queue !== null && entry.uses.size > 0) waits.push(entry.queue.at - now);
    }
    return Math.min(...waits);
  }

  function plan(): void {
    timer?.cancel();
    timer = null;
    if (stopped) return;
    const readAgain = reading.due() ?? Number.POSITIVE_INFINITY;
    const sleep = state.get().connection.state === 'offline' ? offlineSleep : longestSleep;
    let wait = Math.min(sleep, talkWait(), readAgain, orphansLeaveAt - clock.monotonic());
    for (const entry of entries.all()) {
      const next = entries.standing(entry).nextCheckAt;
      if (next !== null) wait = Math.min(wait, next - entries.now());
    }
    timer = clock.setTimer(Math.max(0, wait), () => void wake());
  }

  return {
    async start(orphanTerm) {
      stopped = false;
      timeJumps.begin();
      if (answersPrograms) orphansLeaveAt = clock.monotonic() + orphanTerm;
      endings.push(
        gateway.onContact((contact) => {
          if (contact.ok) {
            settleClock(contact.serverTime);
            if (contact.serves) hurry();
          }
          plan();
        }),
        session.onIdentity((event) => {
          void followIdentity.follow(event).then(() => {
            publishAll();
            plan();
          });
        }),
        // The mode is a setting, and decides which right counts.
        ports.settings.onChange(() => {
          publishAll();
          plan();
        }),
      );
      await atMost(clock, keychainPatience, read());
      plan();
    },
    ready,
    get isReady() {
      return reading.isDone;
    },
    plan,
    stop() {
      stopped = true;
      timer?.cancel();
      timer = null;
      for (const end of endings.splice(0)) end();
    },
  };

  /** The portal's time, and only that, settles a suspect clock: programs hear of it at once. */
  function settleClock(serverTime: number | null): void {
    if (serverTime === null) return;
    const { verdict } = guard.verdict(entries.now());
    guard.contact(serverTime);
    if (verdict !== 'suspect') return;
    void guard.save();
    publishAll();
  }
}
