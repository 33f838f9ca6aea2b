import { AldabaError } from '../../contract/errors.ts';
import type { Profile } from '../../contract/portal/profile.ts';
import type { Mode } from '../../contract/primitives.ts';
import type { Settings } from '../../contract/settings.ts';
import type { Access } from '../gateway/gateway.ts';
import { atMost } from '../licenses/at-most.ts';
import type { ProcessLock } from '../lock/process-lock.ts';
import type { Device, PortalClient, Session, StateStore } from '../parts.ts';
import type { Ports } from '../ports/index.ts';
import { createAccessToken } from './access-token.ts';
import { createCloudKey } from './cloud-key.ts';
import { createCredentials } from './credentials.ts';
import type { Guest } from './guest.ts';
import { createIdentity } from './identity.ts';
import { createKeepAlive } from './keep-alive.ts';
import { createRenewIdentity } from './renew-identity.ts';
import { createRotation, type SignedIn, type SignInOutput } from './rotation.ts';
import { lastEndCode } from './session-end.ts';
import { createSignOut, type SignOut } from './sign-out.ts';
import { createWaiting } from './waiting.ts';

export interface SignInInput {
  readonly email: string;
  readonly password: string;
  /** The answer is the choice of company, also where there is only one. */
  readonly choose?: boolean | undefined;
}

/** The session with what setup and the window do to it. */
export interface SessionControl extends Session, SignOut {
  /** For the gateway. */
  readonly access: Access;
  /** Last known, to fill the form in. */
  readonly email: string;
  signIn(portal: string, input: SignInInput): Promise<SignInOutput>;
  chooseAccount(portal: string, input: { ticket: string; accountId: string }): Promise<void>;
  /** Cloud key: asks the portal, then stores it and makes it the configured way in. */
  enterKey(portal: string, key: string): Promise<void>;
  /** A license is installed: no identity is needed any more; the one before is given up. */
  becomeStandalone(): Promise<void>;
  switchAccount(accountId: string): Promise<void>;
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
  guest: Guest;
  portalAt: (address: string) => PortalClient;
}

/** The nil UUID (RFC 9562, 5.9): nobody's company, for which the portal answers with the choice. */
const noAccount = '00000000-0000-0000-0000-000000000000';
/** ms that stopping waits for what is under way. */
const stopTerm = 500;

export function createSession({
  ports,
  device,
  lock,
  state,
  file,
  guest,
  portalAt,
}: SessionNeeds): SessionControl {
  const { clock, settings, log } = ports;
  const credentials = createCredentials(ports.secrets, log);
  const identity = createIdentity({
    file,
    credentials,
    settings,
    guest,
    state,
    clock,
    log,
    followed: () => token.drop(),
  });
  const cloudKey = createCloudKey({
    credentials,
    identity,
    settings,
    device,
    state,
    clock,
    log,
    portalAt,
    renewed: () => token.settled(),
  });
  const waiting = createWaiting(ports.opener, ports.clock);
  const token = createAccessToken(clock, () => renewIdentity());
  const keepAlive = createKeepAlive(clock, log, token.renew);
  let leaving: Promise<boolean> | null = null;

  identity.on((event) => {
    if (event === 'ready' || event === 'replaced') return waiting.resolveAll();
    token.drop();
    keepAlive.clear();
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

  const renewIdentity = createRenewIdentity({
    settings,
    identity,
    cloudKey,
    rotation,
    accept,
    acceptSignIn,
    isLeaving: () => identity.leaving || leaving !== null,
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
    keepAlive.renewed();
    await identity.accept(change);
  }

  async function acceptSignIn(portal: string, { access, profile }: SignedIn): Promise<string> {
    await accept(
      { mode: 'cloud-signin', portal, profile, account: null, subject: `person:${profile.identity.id}` },
      access,
    );
    return access.accessToken;
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

  return {
    ...createSignOut({ guest, identity, rotation, cloudKey, finishLeaving, state, log }),

    async start() {
      await identity.load();
      if (!identity.leaving) keepAlive.start();
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
      const { closed } = waiting;
      // A sign-in was cut off: it may have arrived, and then nobody is asked.
      if (await rotation.isOpen().catch(() => false)) await token.renew().catch(() => null);
      // What came meanwhile told those who waited, and tells nobody a second time.
      if (identity.present || settings.current().mode === 'standalone') return;
      if (!interactive) {
        const code = settings.current().mode === null ? 'not-configured' : 'not-signed-in';
        throw new AldabaError(code, 'nobody is signed in and no window may be opened');
      }
      await waiting.join(signal, closed);
    },

    onIdentity: (listener) => identity.on(listener),

    access: {
      token: (signal) => token.get(signal),
      replace: (refused, signal) => token.replace(refused, signal),
      async ended(refused) {
        if (!token.holds(refused)) return;
        token.drop();
        await keepAlive.run();
        // The answer that told it gives no reason.
        const code = lastEndCode(state);
        if (code === 'access-ended') throw new AldabaError(code, 'the company ended the access');
      },
    },

    async signIn(portal, { email, password, choose }) {
      await device.load();
      const { device: description } = await device.describe();
      const held = await cloudKey.held();
      const answer = await rotation.enter<SignInOutput>(portal, (client, nextTokenHash) =>
        client.sessions.signIn({
          email,
          password,
          device: description,
          nextTokenHash,
          ...(choose === true && { accountId: noAccount }),
        }),
      );
      identity.setEmail(email);
      if (answer.kind !== 'signed-in') return answer;
      await cloudKey.leave(held);
      await acceptSignIn(portal, answer);
      return answer;
    },

    async chooseAccount(portal, { ticket, accountId }) {
      const held = await cloudKey.held();
      const answer = await rotation.enter(portal, (client, nextTokenHash) =>
        client.sessions.chooseAccount({ ticket, accountId, nextTokenHash }),
      );
      await cloudKey.leave(held);
      await acceptSignIn(portal, answer);
    },

    async enterKey(portal, key) {
      await device.load();
      const answer = await cloudKey.ask({ portal, key });
      state.clearNotice('key-leave-untold');
      const held = await cloudKey.held();
      if (held?.key !== key) await cloudKey.leave(held);
      await credentials.write('cloud-key', { portal, key });
      await configure({ mode: 'cloud-key', portal });
      await finishLeaving(true);
      await accept(answer.identity, answer.access);
    },

    async becomeStandalone() {
      await cloudKey.leave(await cloudKey.held());
      await configure({ mode: 'standalone' });
      token.drop();
      keepAlive.clear();
      await finishLeaving();
      await identity.dismiss();
    },

    async switchAccount(accountId) {
      const { portal } = settings.current();
      if (portal === null) throw new AldabaError('not-configured', 'no portal address is set');
      const answer = await portalAt(portal).sessions.switchAccount({ accountId });
      if (!identity.present) throw new AldabaError('not-signed-in', 'signed out while the company changed');
      await acceptSignIn(portal, answer);
    },

    beforeKeyLeaves: cloudKey.beforeLeaving,

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
      keepAlive.stop();
      identity.close();
      waiting.rejectAll('cancelled');
      // A keychain that asks its person may take a minute to answer.
      await atMost(clock, stopTerm, Promise.all([token.settled(), leaving?.catch(() => undefined)]));
    },
  };
}
