import { randomUUID } from 'node:crypto';
import type { Problem } from '../../contract/client/problem.ts';
import { AldabaError } from '../../contract/errors.ts';
import type { Profile } from '../../contract/portal/profile.ts';
import { nearSessionEnd } from '../../domain/session-end.ts';
import { keychainPatience } from '../keychain-patience.ts';
import type { IdentityEvent, StateStore } from '../parts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SettingsStore } from '../ports/settings.ts';
import { asAldabaError } from '../problem.ts';
import type { Credentials } from './credentials.ts';
import type { Guest } from './guest.ts';
import { createIdentityFile, type IdentityFile, type IdentityRecord, noIdentity } from './identity-record.ts';

/** Who is signed in as this process knows it: shown in the snapshot, remembered in a file, followed when another process changes it. */
export interface Identity {
  readonly present: boolean;
  readonly profile: Profile | null;
  /** Last known, also of whoever signed out. */
  readonly email: string;
  /** A sign-out was begun and may not be done. */
  readonly leaving: boolean;
  /** From disk and keychain; no network. */
  load(): Promise<void>;
  /** An identity is there; tells `ready`, or `replaced`, when it is news. */
  accept(change: Pick<IdentityRecord, 'mode' | 'portal' | 'profile' | 'account' | 'subject'>): Promise<void>;
  /** It is gone. An end by the portal leaves a notice of `problem`. */
  lose(how: 'ended' | 'lapsed' | 'signed-out', problem: Omit<Problem, 'at'>): Promise<void>;
  /** What was stored is not there any more, and another process will say why: nothing is remembered of it here. */
  vanish(): void;
  /** What the process that began the sign-out may not have lived to tell: whoever listens hears that it is over. */
  endLeaving(): void;
  /** The sign-out is done. */
  left(): Promise<void>;
  /** No identity is needed any more; tells `ready`. */
  dismiss(): Promise<void>;
  /** What was typed, for the form. */
  setEmail(email: string): void;
  on(listener: (event: IdentityEvent) => void): () => void;
  close(): void;
}

export interface IdentityNeeds {
  /** Absolute path of the file. */
  file: string;
  credentials: Credentials;
  settings: SettingsStore;
  guest: Pick<Guest, 'isGuest' | 'keptIn' | 'meets'>;
  state: StateStore;
  clock: Clock;
  log: Log;
  /** Another process signed in, out, or changed the company: called before the event. */
  followed: () => void;
}

/** Whoever was not remembered by name is not known to be another. */
const isAnother = (before: string | null, now: string | null): boolean => before !== null && before !== now;

const byPortal = (state: IdentityRecord['state']) =>
  state === 'ended' || state === 'lapsed' ? state : undefined;

const companyOf = (record: IdentityRecord): string | undefined =>
  record.profile?.membership.account.id ?? record.account?.id;

/** The keychain decides who is signed in: a record that cannot be written is told, and hinders nobody. */
function forgiving(file: IdentityFile, state: StateStore, log: Log): IdentityFile {
  const id = 'identity-disk';
  return {
    ...file,
    async write(record) {
      try {
        await file.write(record);
        state.clearNotice(id);
      } catch (error) {
        const { code, data, message } = asAldabaError(error);
        log.error({ code, error: message }, 'who is signed in could not be remembered');
        state.notice({ id, level: 'error', problem: { code, data } });
      }
    },
  };
}

export function createIdentity(needs: IdentityNeeds): Identity {
  const { file, credentials, settings, guest, state, clock, log, followed } = needs;
  const writer = randomUUID();
  const disk = forgiving(createIdentityFile(file), state, log);
  const listeners = new Set<(event: IdentityEvent) => void>();
  let present = false;
  let known: IdentityRecord = { ...noIdentity, keptIn: guest.keptIn, writer };
  let closed = false;

  function emit(event: IdentityEvent): void {
    for (const listener of [...listeners]) listener(event);
  }

  /** The session is renewed twice a day, which is often enough to see its end come near. */
  function show(): void {
    const profile = present ? known.profile : null;
    state.update({ profile, sessionEnds: nearSessionEnd(profile, clock.now()) });
  }

  async function remember(change: Partial<IdentityRecord>): Promise<void> {
    const next: IdentityRecord = { ...known, ...change, keptIn: guest.keptIn, writer };
    const same = JSON.stringify(next) === JSON.stringify({ ...known, writer });
    known = next;
    show();
    if (!same && !guest.isGuest) await disk.write(next);
  }

  async function readStored(): Promise<boolean> {
    const { mode, portal } = settings.current();
    if (mode !== 'cloud-signin' && mode !== 'cloud-key') return false;
    const stored = await credentials.read(mode === 'cloud-signin' ? 'refresh-token' : 'cloud-key');
    return stored !== null && stored.portal === portal;
  }

  /** Is something stored for the configured way in? A keychain that cannot be read now keeps what was known before. */
  async function isStored(remembered: boolean): Promise<boolean> {
    let timer: { cancel(): void } | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = clock.setTimer(keychainPatience, () =>
        reject(new AldabaError('keychain-locked', 'no answer yet')),
      );
    });
    try {
      return await Promise.race([readStored(), late]);
    } catch (error) {
      log.warn({ code: asAldabaError(error).code }, 'the keychain could not be read');
      return remembered;
    } finally {
      timer?.cancel();
    }
  }

  /** Takes over what another process of the profile did. */
  async function follow(): Promise<void> {
    const latest = await disk.read();
    if (closed || latest === null || latest.writer === writer || guest.meets(latest)) return;
    if (JSON.stringify(latest) === JSON.stringify(known)) return;
    await settings.reload();
    followed();
    const was = { present, company: companyOf(known), subject: known.subject };
    known = latest;
    // The keychain decides: two processes may have written their records in the other order.
    present = latest.state !== 'leaving' && (await isStored(latest.state === 'present'));
    show();
    if (present) state.clearNotice('session-ended');
    const isNews = present && (!was.present || companyOf(latest) !== was.company);
    if (present && isAnother(was.subject, latest.subject)) emit('replaced');
    else if (isNews || latest.mode === 'standalone') emit('ready');
    else if (!present && was.present) emit(byPortal(latest.state) ?? 'signed-out');
  }

  return {
    get present() {
      return present;
    },
    get profile() {
      return present ? known.profile : null;
    },
    get email() {
      return known.email;
    },
    get leaving() {
      return known.state === 'leaving';
    },

    async load() {
      const stored = await disk.read();
      const { mode, portal, email } = stored ?? noIdentity;
      // A guest is nobody yet, and knows what fills the form in.
      const nobody = { ...noIdentity, mode, portal, email, keptIn: guest.keptIn, writer };
      known = stored === null || guest.isGuest ? nobody : stored;
      present = known.state !== 'leaving' && (await isStored(known.state === 'present'));
      show();
      await disk.watch(() => {
        follow().catch((error) => log.warn({ error }, 'another process could not be followed'));
      });
    },

    async accept(change) {
      const before = present ? companyOf(known) : undefined;
      const fresh = !present || before !== companyOf({ ...known, ...change }) || known.mode !== change.mode;
      const another = isAnother(known.subject, change.subject);
      present = true;
      state.clearNotice('session-ended');
      state.clearNotice('sign-out-untold');
      await remember({ ...change, state: 'present', email: change.profile?.identity.email ?? known.email });
      if (another) emit('replaced');
      else if (fresh) emit('ready');
    },

    async lose(how, problem) {
      const had = present;
      present = false;
      await remember({ state: how === 'signed-out' ? 'leaving' : how, profile: null, account: null });
      if (how !== 'signed-out' && had) state.notice({ id: 'session-ended', level: 'warning', problem });
      if (had) emit(how);
    },

    vanish() {
      if (!present) return;
      present = false;
      show();
      emit('signed-out');
    },

    endLeaving: () => emit('signed-out'),

    left: () => remember({ state: 'absent' }),

    async dismiss() {
      present = false;
      const { portal } = settings.current();
      await remember({ ...noIdentity, mode: 'standalone', portal, email: known.email });
      emit('ready');
    },

    setEmail(email) {
      known = { ...known, email };
    },

    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    close() {
      closed = true;
      disk.close();
    },
  };
}
