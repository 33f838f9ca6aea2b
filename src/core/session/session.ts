import { randomUUID } from 'node:crypto';
import { AldabaError } from '../../contract/errors.ts';
import type { Profile } from '../../contract/portal/sessions.ts';
import type { Mode } from '../../contract/primitives.ts';
import type { Settings } from '../../contract/settings.ts';
import { createAlarm } from '../alarm.ts';
import { type Access, isUnreachable } from '../gateway/gateway.ts';
import { backoff } from '../licenses/backoff.ts';
import type { ProcessLock } from '../lock/process-lock.ts';
import type { Device, PortalClient, Session, StateStore } from '../parts.ts';
import type { Ports } from '../ports/index.ts';
import { asAldabaError } from '../problem.ts';
import { createAccessToken } from './access-token.ts';
import { createCredentials } from './credentials.ts';
import { createIdentityFile, type IdentityRecord, noIdentity } from './identity-record.ts';
import { createRotation, type SignedIn, type SignInOutput } from './rotation.ts';
import { createWaiting } from './waiting.ts';

/** The session with what setup and the window do to it. */
export interface SessionControl extends Session {
  /** For the gateway. */
  readonly access: Access;
  /** Last known, to fill the form in. */
  readonly email: string;
  signIn(portal: string, input: { email: string; password: string }): Promise<SignInOutput>;
  chooseAccount(portal: string, input: { ticket: string; accountId: string }): Promise<void>;
  /** Cloud key: asks the portal, then stores it and makes it the configured way in. */
  enterKey(portal: string, key: string): Promise<void>;
  /** A license is installed: no identity is needed any more; the one before is given up. */
  becomeStandalone(): Promise<void>;
  switchAccount(accountId: string): Promise<void>;
  signOut(): Promise<void>;
  /** The person closed the sign-in. */
  cancelWaiting(): void;
  /** Asks the portal now; for the background and after a network came back. */
  renew(): Promise<void>;
  stop(): Promise<void>;
}

export interface SessionNeeds {
  ports: Ports;
  device: Device;
  lock: ProcessLock;
  state: StateStore;
  /** Absolute path of the file that remembers who is signed in. */
  file: string;
  portalAt: (address: string) => PortalClient;
}

/** A refresh token idles out after 90 days; a renewal twice a day also notices an ended session. Milliseconds. */
const keepAlive = 12 * 3_600_000;
/** Background renewal after the start. Milliseconds. */
const firstRenewal = 1500;
/** Retry of the background renewal while the portal cannot be reached: 15 s doubling to 10 min, full jitter. */
const retry = { first: 15_000, most: 600_000 };

export function createSession({ ports, device, lock, state, file, portalAt }: SessionNeeds): SessionControl {
  const { clock, settings, log } = ports;
  const writer = randomUUID();
  const credentials = createCredentials(ports.secrets, log);
  const record = createIdentityFile(file);
  const waiting = createWaiting(ports.opener);
  const listeners = new Set<(event: 'ready' | 'ended' | 'signed-out') => void>();
  const token = createAccessToken(clock, renewIdentity);
  const alarm = createAlarm(clock, () => void inBackground());
  let present = false;
  let known: IdentityRecord = { ...noIdentity, writer };
  let failures = 0;
  let stopped = false;
  let leaving: Promise<void> | null = null;

  const rotation = createRotation({
    credentials,
    lock,
    clock,
    log,
    portalAt,
    address: () => settings.current().portal,
    configure: (portal) => configure({ mode: 'cloud-signin', portal }),
  });

  async function configure(change: Partial<Settings>): Promise<void> {
    const now = settings.current();
    const entries = Object.entries(change).filter(([name, value]) => now[name as keyof Settings] !== value);
    if (entries.length > 0) await settings.update(Object.fromEntries(entries));
  }

  function emit(event: 'ready' | 'ended' | 'signed-out'): void {
    if (event === 'ready') waiting.resolveAll();
    for (const listener of [...listeners]) listener(event);
  }

  async function remember(change: Partial<IdentityRecord>): Promise<void> {
    const next: IdentityRecord = { ...known, ...change, writer };
    const same = JSON.stringify(next) === JSON.stringify({ ...known, writer });
    known = next;
    state.update({ profile: present ? next.profile : null });
    if (!same) await record.write(next);
  }

  /** An identity is there: shown, remembered, told when it is news. */
  async function accept(
    change: Pick<IdentityRecord, 'mode' | 'portal' | 'profile' | 'account'>,
  ): Promise<void> {
    const before = present ? (known.profile?.membership.account.id ?? known.account?.id) : undefined;
    const after = change.profile?.membership.account.id ?? change.account?.id;
    const fresh = !present || before !== after || known.mode !== change.mode;
    present = true;
    failures = 0;
    state.clearNotice('session-ended');
    await remember({ ...change, state: 'present', email: change.profile?.identity.email ?? known.email });
    alarm.set(clock.now() + keepAlive);
    if (fresh) emit('ready');
  }

  async function acceptSignIn(portal: string, signedIn: SignedIn): Promise<string> {
    token.put(signedIn.access);
    await accept({ mode: 'cloud-signin', portal, profile: signedIn.profile, account: null });
    return signedIn.access.accessToken;
  }

  async function lose(how: 'ended' | 'signed-out', code: 'session-ended' | 'key-invalid'): Promise<void> {
    const had = present;
    present = false;
    token.drop();
    alarm.clear();
    await remember({ state: how === 'ended' ? 'ended' : 'leaving', profile: null, account: null });
    if (how === 'ended' && had)
      state.notice({ id: 'session-ended', level: 'warning', problem: { code, data: undefined } });
    if (had) emit(how);
  }

  async function renewWithKey(): Promise<string | null> {
    const stored = await credentials.read('cloud-key');
    if (stored === null || stored.portal !== settings.current().portal) return null;
    try {
      const { device: description } = await device.describe();
      const answer = await portalAt(stored.portal).sessions.withKey({ key: stored.key, device: description });
      token.put(answer.access);
      await accept({ mode: 'cloud-key', portal: stored.portal, profile: null, account: answer.account });
      return answer.access.accessToken;
    } catch (error) {
      if (asAldabaError(error).code === 'key-invalid') await lose('ended', 'key-invalid');
      throw error;
    }
  }

  /** A new access token by whatever identity is stored; null when there is none. One at a time, see access-token. */
  async function renewIdentity(): Promise<string | null> {
    if (leaving !== null) return null;
    const { mode } = settings.current();
    if (mode === 'cloud-signin' || (await rotation.isOpen())) {
      const renewal = await rotation.renew();
      if (renewal.kind === 'signed-in') return acceptSignIn(renewal.portal, renewal.signedIn);
      if (renewal.kind === 'ended') {
        await lose('ended', 'session-ended');
        throw new AldabaError('session-ended', 'the portal ended the session');
      }
    }
    if (settings.current().mode === 'cloud-key') return renewWithKey();
    if (present && settings.current().mode === 'cloud-signin') {
      // Another process signed out, or the address changed: what was here is gone without the portal ending it.
      await lose('signed-out', 'session-ended');
    }
    return null;
  }

  async function inBackground(): Promise<void> {
    try {
      await token.renew();
      failures = 0;
    } catch (error) {
      const { code, data } = asAldabaError(error);
      log.info({ code }, 'the session was not renewed');
      if (stopped || !(isUnreachable(code) || code === 'unavailable' || code.startsWith('keychain-'))) return;
      failures++;
      alarm.set(clock.now() + backoff(failures, retry, Math.random, data?.retryAfter));
    }
  }

  /** Is something stored for the configured way in? A keychain that cannot be read now keeps what was known before. */
  async function isStored(remembered: boolean): Promise<boolean> {
    const { mode, portal } = settings.current();
    if (mode !== 'cloud-signin' && mode !== 'cloud-key') return false;
    try {
      const stored = await credentials.read(mode === 'cloud-signin' ? 'refresh-token' : 'cloud-key');
      return stored !== null && stored.portal === portal;
    } catch (error) {
      log.warn({ code: asAldabaError(error).code }, 'the keychain could not be read');
      return remembered;
    }
  }

  async function finishLeaving(keepKey = false): Promise<void> {
    leaving ??= (async () => {
      try {
        await rotation.leave({ keepKey });
      } finally {
        leaving = null;
      }
    })();
    await leaving;
  }

  /** Takes over what another process of the profile did. */
  async function follow(): Promise<void> {
    const latest = await record.read();
    if (stopped || latest === null || latest.writer === writer) return;
    if (JSON.stringify(latest) === JSON.stringify(known)) return;
    await settings.reload();
    const was = { present, account: known.profile?.membership.account.id ?? known.account?.id };
    known = latest;
    present = latest.state === 'present' && (await isStored(true));
    const account = latest.profile?.membership.account.id ?? latest.account?.id;
    if (!present || account !== was.account) token.drop();
    state.update({ profile: present ? latest.profile : null });
    if (present) state.clearNotice('session-ended');
    if (present && (!was.present || account !== was.account)) emit('ready');
    else if (latest.mode === 'standalone') emit('ready');
    else if (!present && was.present) emit(latest.state === 'ended' ? 'ended' : 'signed-out');
  }

  return {
    async start() {
      const read = await record.read();
      known = read === null ? { ...noIdentity, writer } : read;
      present = known.state !== 'leaving' && (await isStored(known.state === 'present'));
      state.update({ profile: present ? known.profile : null });
      await record.watch(
        () => void follow().catch((error) => log.warn({ error }, 'another process could not be followed')),
      );
      if (known.state === 'leaving') {
        void finishLeaving()
          .then(() => remember({ state: 'absent' }))
          .catch((error) =>
            log.warn({ code: asAldabaError(error).code }, 'the sign-out could not be finished'),
          );
      } else {
        // After the start has answered and the window is drawn.
        alarm.set(clock.now() + firstRenewal);
      }
    },

    get mode(): Mode | null {
      return settings.current().mode;
    },
    get profile(): Profile | null {
      return present ? known.profile : null;
    },
    get email() {
      return known.email;
    },
    hasIdentity: () => present,

    async ensureIdentity({ interactive, signal }) {
      if (present) return;
      if (await rotation.isOpen().catch(() => false)) {
        // A sign-in was cut off: it may have arrived, and then nobody is asked.
        await token.renew().catch(() => null);
        if (present) return;
      }
      if (!interactive) {
        const code = settings.current().mode === null ? 'not-configured' : 'not-signed-in';
        throw new AldabaError(code, 'nobody is signed in and no window may be opened');
      }
      await waiting.join(signal);
    },

    onIdentity(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    access: {
      token: (signal) => token.get(signal),
      replace: (refused, signal) => token.replace(refused, signal),
      ended(refused) {
        if (!token.holds(refused)) return;
        token.drop();
        void inBackground();
      },
    },

    async signIn(portal, { email, password }) {
      await device.load();
      const { device: description } = await device.describe();
      const answer = await rotation.enter<SignInOutput>(portal, (client, nextTokenHash) =>
        client.sessions.signIn({ email, password, device: description, nextTokenHash }),
      );
      known = { ...known, email };
      if (answer.kind === 'signed-in') await acceptSignIn(portal, answer);
      return answer;
    },

    async chooseAccount(portal, { ticket, accountId }) {
      const answer = await rotation.enter(portal, (client, nextTokenHash) =>
        client.sessions.chooseAccount({ ticket, accountId, nextTokenHash }),
      );
      await acceptSignIn(portal, answer);
    },

    async enterKey(portal, key) {
      await device.load();
      const { device: description } = await device.describe();
      const answer = await portalAt(portal).sessions.withKey({ key, device: description });
      await credentials.write('cloud-key', { portal, key });
      await configure({ mode: 'cloud-key', portal });
      token.put(answer.access);
      await finishLeaving(true);
      await accept({ mode: 'cloud-key', portal, profile: null, account: answer.account });
    },

    async becomeStandalone() {
      await configure({ mode: 'standalone' });
      present = false;
      token.drop();
      alarm.clear();
      await remember({ ...noIdentity, mode: 'standalone', email: known.email });
      await finishLeaving();
      emit('ready');
    },

    async switchAccount(accountId) {
      const { portal } = settings.current();
      if (portal === null) throw new AldabaError('not-configured', 'no portal address is set');
      await acceptSignIn(portal, await portalAt(portal).sessions.switchAccount({ accountId }));
    },

    async signOut() {
      await lose('signed-out', 'session-ended');
      await finishLeaving();
      await remember({ state: 'absent' });
    },

    cancelWaiting: () => waiting.rejectAll('sign-in-cancelled'),

    async renew() {
      await token.renew();
    },

    async stop() {
      stopped = true;
      alarm.clear();
      record.close();
      waiting.rejectAll('cancelled');
      await token.settled();
      await leaving?.catch(() => undefined);
    },
  };
}
