import { join } from 'node:path';
import { createDevice } from './device/device.ts';
import { createDownloads } from './downloads/downloads.ts';
import { checkPortal } from './gateway/check-portal.ts';
import { createGateway, noAccess } from './gateway/gateway.ts';
import { keychainPatience } from './keychain-patience.ts';
import { atMost } from './licenses/at-most.ts';
import { createLicenses } from './licenses/create-licenses.ts';
import { createProcessLock } from './lock/process-lock.ts';
import type { Broker, CreateBroker, Gateway, Licenses, PortalClient, StateStore } from './parts.ts';
import type { Ports } from './ports/index.ts';
import { asAldabaError } from './problem.ts';
import type { RouterNeeds } from './router/create-router.ts';
import { runEveryStep } from './run-every-step.ts';
import { createGuest } from './session/guest.ts';
import { createSession, type SessionControl } from './session/session.ts';
import { recoverWayIn } from './setup/recover-way-in.ts';
import { createSetup } from './setup/setup.ts';
import { showConnection } from './state/connection.ts';
import { initialState } from './state/initial-state.ts';
import { observeSecrets } from './state/observe-secrets.ts';
import { shownSettings } from './state/shown-settings.ts';
import { createStateStore } from './state/state-store.ts';

/** The client without a shell, and without the procedures by which a window calls it. */
export interface ComposedCore {
  readonly state: StateStore;
  readonly session: SessionControl;
  readonly licenses: Licenses;
  /** null when the core was built without one (a command that runs beside the agent). */
  readonly broker: Broker | null;
  /**
   * Reads disk and keychain, listens for programs, and answers without touching the network; what the network has to say comes after.
   * @param options.onlyLooks nothing comes after: neither is a sign-out that was begun finished
   * @throws AldabaError `already-running` when another client of this profile answers programs; everything is stopped again
   */
  start(options?: { onlyLooks?: boolean }): Promise<void>;
  /** Ends connections and timers; within 5 s whatever the network does. The `http` port stays open: its owner closes it. */
  stop(): Promise<void>;
}

/** ms that the end of a client without a keychain waits for the portal to hear of the end of its session. */
const signOutTerm = 1500;

/**
 * The only place that wires the client. `parts` are what `createRouter` makes the window's procedures from: they are more than half of the
 * client's code, and who only reads the state does without.
 *
 * @param createBroker null: this core answers no programs
 */
export function composeCore(
  ports: Ports,
  createBroker: CreateBroker | null = null,
): { core: ComposedCore; parts: Omit<RouterNeeds, 'diagnose'> } {
  const { clock, paths, log } = ports;
  const state = createStateStore(initialState(ports), clock);
  const secrets = observeSecrets(ports.secrets, state, () => licenses.keychainOpened());
  const identityFile = join(paths.data, 'identity.json');
  const guest = createGuest({
    secrets,
    settings: ports.settings,
    file: identityFile,
    licenses: () => licenses,
  });
  const { settings } = guest;
  const observed: Ports = { ...ports, secrets, settings };
  const lock = createProcessLock(join(paths.runtime, 'locks'));
  const device = createDevice({ secrets, hardware: ports.hardware, lock, data: paths.data });

  const closing = new AbortController();
  const needs = { http: ports.http, device, clock, log, closing: closing.signal };
  const address = () => settings.current().portal;
  const gateway: Gateway = createGateway({
    ...needs,
    address,
    access: {
      token: (signal) => session.access.token(signal),
      replace: (refused, signal) => session.access.replace(refused, signal),
      ended: (refused) => session.access.ended(refused),
    },
  });
  const contacts = showConnection(state, settings, clock);
  contacts.follow(gateway, address);
  const others = new Map<string, PortalClient>();
  /** The configured portal, or another one that setup is trying, which never gets this session's token. */
  function portalAt(asked: string): PortalClient {
    if (asked === address()) return gateway.portal;
    const known = others.get(asked);
    if (known !== undefined) return known;
    const other = createGateway({ ...needs, address: () => asked, access: noAccess });
    contacts.follow(other, () => asked);
    others.set(asked, other.portal);
    return other.portal;
  }

  const session = createSession({
    ports: observed,
    device,
    lock,
    state,
    file: identityFile,
    guest,
    portalAt,
  });
  const parts = { ports: observed, device, gateway, session, state, lock };
  const licenses = createLicenses(parts, { answersPrograms: createBroker !== null });
  session.beforeKeyLeaves(() => licenses.giveBackAll());
  const downloads = createDownloads({
    ports: observed,
    gateway,
    lock,
    state,
    records: join(paths.data, 'downloads'),
    buyUrl: async () => {
      const portal = address();
      if (portal === null) return null;
      return checkPortal(ports.http, portal, AbortSignal.timeout(10_000)).then(
        (description) => description.buyUrl,
        () => null,
      );
    },
  });
  const setup = createSetup({
    ports: observed,
    device,
    session,
    licenses,
    state,
    portalAt,
    file: join(paths.data, 'setup.json'),
  });
  const broker = createBroker?.({ ...parts, licenses }) ?? null;
  const undo: (() => void)[] = [];

  function showDevice(): void {
    const now = state.get().device;
    if (now.thumbprint !== device.thumbprint)
      state.update({ device: { ...now, thumbprint: device.thumbprint } });
  }

  /** A keyring that asks its person to unlock it may take minutes; programs with a valid license do not wait for that. */
  async function readDevice(): Promise<void> {
    const loading = device.load().then(showDevice, (error) => {
      const { code } = asAldabaError(error);
      log.warn({ code }, 'the device key could not be read');
      if (code === 'device-key-damaged')
        state.notice({ id: code, level: 'error', problem: { code, data: undefined } });
    });
    let timer: { cancel(): void } | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = clock.setTimer(keychainPatience, resolve);
    });
    await Promise.race([loading, patience]);
    timer?.cancel();
  }

  async function stop(): Promise<void> {
    contacts.stop();
    for (const cancel of undo.splice(0)) cancel();
    await runEveryStep(
      // Before the connections close: programs that run on keep what they hold, and find it again at the next start.
      () => licenses.stop(),
      () => broker?.stop(),
      () => downloads.stop(),
      () => setup.stop(),
      // What memory forgets can never be found again, and would keep the seat, and a place among the person's devices, for weeks.
      () =>
        secrets.backend === 'memory' && session.hasIdentity()
          ? atMost(clock, signOutTerm, session.signOut())
          : undefined,
      () => closing.abort(),
      () => session.stop(),
    );
  }

  const core: ComposedCore = {
    state,
    session,
    licenses,
    broker,
    async start({ onlyLooks = false } = {}) {
      undo.push(settings.onChange(() => state.update(shownSettings(settings))));
      await recoverWayIn({ settings, log, licenses, file: identityFile });
      await guest.look();
      await readDevice();
      await session.start();
      undo.push(licenses.onRead(showDevice));
      await licenses.start();
      if (!onlyLooks) session.finishSignOut();
      await downloads.start();
      await setup.start();
      try {
        await broker?.start();
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
  };
  return { core, parts: { ports: observed, gateway, state, session, setup, licenses, downloads } };
}
