import { AldabaError } from '../../contract/errors.ts';
import type { Profile } from '../../contract/portal/sessions.ts';
import type { Mode } from '../../contract/primitives.ts';
import type { Settings } from '../../contract/settings.ts';
import { afterSessionEnd } from '../../domain/license-state.ts';
import { createAlarm } from '../alarm.ts';
import { type Access, isUnreachable } from '../gateway/gateway.ts';
import { atMost } from '../licenses/at-most.ts';
import { backoff } from '../licenses/backoff.ts';
import type { ProcessLock } from '../lock/process-lock.ts';
import type { Device, PortalClient, Session, StateStore } from '../parts.ts';
import type { Ports } from '../ports/index.ts';
import { asAldabaError } from '../problem.ts';
import { createAccessToken } from './access-token.ts';
import { type Credential, createCredentials, tokenHash } from './credentials.ts';
import { createIdentity } from './identity.ts';
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
  /** Called while a key is still there and about to go: a key has no session whose end the portal would hear of. */
  beforeKeyLeaves(giveBack: () => Promise<void>): void;
  /** Ends what a change to another way in may have left behind when the process died in between. Reaches for the network. */
  tidy(): Promise<void>;
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

/** ms for giving back what a key holds. */
const keyTerm = 5000;
/** A key as the identity's record knows it. */
const subjectOf = (key: string): string => `key:${tokenHash(key)}`;

/** A refresh token idles out after 90 days; a renewal twice a day also notices an ended session. Milliseconds. */
const keepAlive = 12 * 3_600_000;
/** Background renewal after the start. Milliseconds. */
const firstRenewal = 1500;
/** ms that stopping waits for what is under way. */
const stopTerm = 500;
/** Retry of the background renewal while the portal cannot be reached: 15 s doubling to 10 min, full jitter. */
const retry = { first: 15_000, most: 600_000 };

export function createSession({ ports, device, lock, state, file, portalAt }: SessionNeeds): SessionControl {
  const { clock, settings, log } = ports;
  const credentials = createCredentials(ports.secrets, log);
  const identity = createIdentity({
    file,
    credentials,
    settings,
    state,
    clock,
    log,
    followed: () => token.drop(),
  });
  const waiting = createWaiting(ports.opener);
  const token = createAccessToken(clock, renewIdentity);
  const alarm = createAlarm(clock, () => void inBackground());
  let failures = 0;
  let stopped = false;
  let leaving: Promise<boolean> | null = null;
  let giveBack: () => Promise<void> = async () => {};

  identity.on((event) => {
    if (event === 'ready' || event === 'replaced') return waiting.resolveAll();
    token.drop();
    alarm.clear();
  });

  const rotation = createRotation({
    credentials,
    lock,
    clock,
    log,
    portalAt,
    address: () => settings.current().portal,
    configure: (portal) => configure({ mode: 'cloud-signin', portal }),
    thumbprint: () => device.thumbprint,
  });

  async function configure(change: Partial<Settings>): Promise<void> {
    const now = settings.current();
    const entries = Object.entries(change).filter(([name, value]) => now[name as keyof Settings] !== value);
    if (entries.length > 0) await settings.update(Object.fromEntries(entries));
  }

  async function accept(
    change: Parameters<typeof identity.accept>[0],
    access: SignedIn['access'],
  ): Promise<void> {
    // A company is part of the token: what other calls use from here on is the new one's.
    token.put(access);
    failures = 0;
    alarm.set(clock.now() + keepAlive);
    await identity.accept(change);
  }

  async function acceptSignIn(portal: string, { access, profile }: SignedIn): Promise<string> {
    await accept(
      { mode: 'cloud-signin', portal, profile, account: null, subject: `person:${profile.identity.id}` },
      access,
    );
    return access.accessToken;
  }

  async function renewWithKey(): Promise<string | null> {
    const stored = await credentials.read('cloud-key');
    if (stored === null || stored.portal !== settings.current().portal) return null;
    try {
      const { device: description } = await device.describe();
      const answer = await portalAt(stored.portal).sessions.withKey({ key: stored.key, device: description });
      const { access, account } = answer;
      const subject = subjectOf(stored.key);
      await accept({ mode: 'cloud-key', portal: stored.portal, profile: null, account, subject }, access);
      return access.accessToken;
    } catch (error) {
      if (asAldabaError(error).code === 'key-invalid')
        await identity.lose('ended', { code: 'key-invalid', data: undefined });
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
        const { reason } = renewal;
        const problem = {
          code: 'session-ended',
          data: reason === undefined ? undefined : { reason },
        } as const;
        await identity.lose(afterSessionEnd(reason) === 'at-once' ? 'ended' : 'lapsed', problem);
        throw new AldabaError('session-ended', `the portal ended the session: ${reason}`, problem.data);
      }
    }
    if (settings.current().mode === 'cloud-key') return renewWithKey();
    // Another process signed out, or the address is another one now.
    if (settings.current().mode === 'cloud-signin') identity.vanish();
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

  /** @returns whether the portal heard of it */
  async function finishLeaving(keepKey = false): Promise<boolean> {
    leaving ??= (async () => {
      try {
        return (await rotation.leave({ keepKey })).told;
      } finally {
        leaving = null;
      }
    })();
    return leaving;
  }

  const isKey = () => identity.present && settings.current().mode === 'cloud-key';

  /** The key that this device works with, or null: taken before another identity replaces it. */
  const heldKey = async () => (isKey() ? credentials.read('cloud-key') : null);

  async function leaveKey(held: Credential<'cloud-key'> | null): Promise<void> {
    if (held === null) return;
    const left = giveBack().then(() => portalAt(held.portal).sessions.leaveKey({ key: held.key }));
    await atMost(
      clock,
      keyTerm,
      left.catch((error) =>
        log.warn({ code: asAldabaError(error).code }, 'the portal does not know that the key was left'),
      ),
    );
  }

  return {
    async start() {
      await identity.load();
      // After the start has answered and the window is drawn.
      if (!identity.leaving) return alarm.set(clock.now() + firstRenewal);
      finishLeaving()
        .then(() => identity.left())
        .catch((error) =>
          log.warn({ code: asAldabaError(error).code }, 'the sign-out could not be finished'),
        );
    },

    get mode(): Mode | null {
      return settings.current().mode;
    },
    get profile(): Profile | null {
      return identity.profile;
    },
    get email() {
      return identity.email;
    },
    hasIdentity: () => identity.present,

    async ensureIdentity({ interactive, signal }) {
      if (identity.present) return;
      if (await rotation.isOpen().catch(() => false)) {
        // A sign-in was cut off: it may have arrived, and then nobody is asked.
        await token.renew().catch(() => null);
        if (identity.present) return;
      }
      if (!interactive) {
        const code = settings.current().mode === null ? 'not-configured' : 'not-signed-in';
        throw new AldabaError(code, 'nobody is signed in and no window may be opened');
      }
      await waiting.join(signal);
    },

    onIdentity: (listener) => identity.on(listener),

    access: {
      token: (signal) => token.get(signal),
      replace: (refused, signal) => token.replace(refused, signal),
      async ended(refused) {
        if (!token.holds(refused)) return;
        token.drop();
        await inBackground();
      },
    },

    async signIn(portal, { email, password }) {
      await device.load();
      const { device: description } = await device.describe();
      const held = await heldKey();
      const answer = await rotation.enter<SignInOutput>(portal, (client, nextTokenHash) =>
        client.sessions.signIn({ email, password, device: description, nextTokenHash }),
      );
      identity.setEmail(email);
      if (answer.kind !== 'signed-in') return answer;
      await leaveKey(held);
      await acceptSignIn(portal, answer);
      return answer;
    },

    async chooseAccount(portal, { ticket, accountId }) {
      const held = await heldKey();
      const answer = await rotation.enter(portal, (client, nextTokenHash) =>
        client.sessions.chooseAccount({ ticket, accountId, nextTokenHash }),
      );
      await leaveKey(held);
      await acceptSignIn(portal, answer);
    },

    async enterKey(portal, key) {
      await device.load();
      const { device: description } = await device.describe();
      const answer = await portalAt(portal).sessions.withKey({ key, device: description });
      const held = await heldKey();
      if (held?.key !== key) await leaveKey(held);
      await credentials.write('cloud-key', { portal, key });
      await configure({ mode: 'cloud-key', portal });
      await finishLeaving(true);
      const subject = subjectOf(key);
      await accept(
        { mode: 'cloud-key', portal, profile: null, account: answer.account, subject },
        answer.access,
      );
    },

    async becomeStandalone() {
      await leaveKey(await heldKey());
      await configure({ mode: 'standalone' });
      token.drop();
      alarm.clear();
      await finishLeaving();
      await identity.dismiss();
    },

    async switchAccount(accountId) {
      const { portal } = settings.current();
      if (portal === null) throw new AldabaError('not-configured', 'no portal address is set');
      await acceptSignIn(portal, await portalAt(portal).sessions.switchAccount({ accountId }));
    },

    async signOut() {
      await leaveKey(await heldKey());
      await identity.lose('signed-out', { code: 'session-ended', data: undefined });
      const told = await finishLeaving();
      await identity.left();
      if (!told)
        state.notice({
          id: 'sign-out-untold',
          level: 'info',
          problem: { code: 'sign-out-untold', data: undefined },
        });
    },

    beforeKeyLeaves(work) {
      giveBack = work;
    },

    async tidy() {
      const { mode } = settings.current();
      if (mode === null || mode === 'cloud-signin') return;
      const left = await credentials.read('refresh-token');
      const key = mode === 'standalone' ? await credentials.read('cloud-key') : null;
      if (left !== null || key !== null) await finishLeaving(mode === 'cloud-key');
    },

    cancelWaiting: () => waiting.rejectAll('sign-in-cancelled'),

    async renew() {
      await token.renew();
    },

    async stop() {
      stopped = true;
      alarm.clear();
      identity.close();
      waiting.rejectAll('cancelled');
      // A keychain that asks its person may take a minute to answer.
      await atMost(clock, stopTerm, Promise.all([token.settled(), leaving?.catch(() => undefined)]));
    },
  };
}
