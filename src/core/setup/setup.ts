import type { SetupStep } from '../../contract/client/state.ts';
import { AldabaError } from '../../contract/errors.ts';
import type { Instant, Mode } from '../../contract/primitives.ts';
import { checkPortal } from '../gateway/check-portal.ts';
import { normalizePortalAddress } from '../gateway/portal-address.ts';
import type { Device, Licenses, PortalClient, StateStore } from '../parts.ts';
import type { Ports } from '../ports/index.ts';
import { asAldabaError, toProblem } from '../problem.ts';
import type { SessionControl, SignInInput } from '../session/session.ts';
import { lastEndCode } from '../session/session-end.ts';
import { createFirstSteps, idle } from './first-steps.ts';
import { createRequestNote } from './request-note.ts';
import { createShownStep } from './shown-step.ts';

/** The first run, and every later change of the way in: contract/client `setup`. What works stays until the new way is done. */
export interface Setup {
  /** From disk; no network. */
  start(): Promise<void>;
  chooseMode(mode: Mode): Promise<void>;
  setPortal(address: string): Promise<void>;
  back(): Promise<void>;
  cancel(): Promise<void>;
  signIn(input: SignInInput): Promise<void>;
  chooseAccount(accountId: string): Promise<void>;
  cancelSignIn(): Promise<void>;
  requestPasswordLink(email: string): Promise<void>;
  enterKey(key: string): Promise<void>;
  activate(key: string): Promise<void>;
  takeStored(): Promise<void>;
  createRequestFile(key: string): Promise<{ fileName: string; content: string }>;
  /** Only where the device key is damaged. @throws AldabaError `not-found` where it is not */
  resetDevice(): Promise<void>;
  importFile(content: string): Promise<{ productName: string; expiresAt: Instant | null }>;
  stop(): void;
}

export interface SetupNeeds {
  ports: Ports;
  device: Device;
  session: SessionControl;
  licenses: Licenses;
  state: StateStore;
  portalAt: (address: string) => PortalClient;
  /** Remembers that a request file was handed out. Absolute path. */
  file: string;
}

/** Modes of the steps that go to an address which is known. */
const modeOfStep = { 'sign-in': 'cloud-signin', 'enter-key': 'cloud-key', standalone: 'standalone' } as const;
/** ms after the start. */
const tidyAfter = 5000;

export function createSetup(needs: SetupNeeds): Setup {
  const { ports, device, session, licenses, state, portalAt, file } = needs;
  const { settings, clock, http, log } = ports;
  const { show, expect, run } = createShownStep(state, clock);
  const note = createRequestNote(file);
  /** Address that is being tried; null: the configured one. */
  let draft: string | null = null;
  let ticket: string | null = null;
  /** A standalone license is on disk: what counts until licenses were read. */
  let isStored = false;
  /** What was shown by itself, with nobody having chosen anything since. */
  let untouched: SetupStep | null = null;
  const unsubscribe: (() => void)[] = [];
  let tidying: { cancel(): void } | null = null;

  const portal = (): string | null => draft ?? settings.current().portal;
  const steps = createFirstSteps({ settings, session, note, portal, stored: licenses.stored });
  const { fixedMode, fixedPortal, entry } = steps;

  /** Where things stand with nothing being changed. */
  function home(): SetupStep {
    draft = null;
    ticket = null;
    const { mode } = settings.current();
    if (mode === null) return note.requestedAt === null ? steps.chooseMode() : entry('standalone');
    const works =
      mode === 'standalone'
        ? (state.get().licenses?.some((license) => license.kind === 'license') ?? isStored)
        : session.hasIdentity();
    return works ? { step: 'done', ...idle, mode } : entry(mode);
  }

  function showHome(): void {
    untouched = home();
    show(untouched);
  }

  async function tidy(): Promise<void> {
    await session
      .tidy()
      .catch((error) => log.info({ code: asAldabaError(error).code }, 'the way in before was not ended'));
  }

  function expectAllowed(mode: Mode): void {
    const fixed = fixedMode();
    if (fixed !== null && fixed !== mode)
      throw new AldabaError('policy-locked', `mode is fixed to ${fixed}`, { field: 'mode' });
  }

  /** A license is bound to the key of this device, which memory forgets: the place that it takes would be lost at the end of this process. */
  function expectLastingKey(): void {
    if (ports.secrets.backend === 'memory')
      throw new AldabaError('keychain-unavailable', 'the device key would not outlive this process');
  }

  /** A license is on disk: the mode becomes standalone, and only now the way in before it ends. */
  async function finishStandalone(): Promise<void> {
    if (draft !== null && draft !== settings.current().portal) await settings.update({ portal: draft });
    await session.becomeStandalone();
    await note.set(null);
    show(home());
  }

  return {
    async start() {
      await note.load();
      isStored = await licenses.isStored();
      showHome();
      unsubscribe.push(
        licenses.onRead(() => {
          // Whoever is choosing another way in goes on choosing.
          if (state.get().setup === untouched) showHome();
        }),
        session.onIdentity((event) => {
          const isHere = event === 'ready' || event === 'replaced';
          // Whoever is choosing another way in goes on choosing.
          if (!isHere && state.get().setup.step !== 'done') return;
          const next = home();
          const byPortal = event === 'ended' || event === 'lapsed';
          show(byPortal ? { ...next, problem: toProblem(new AldabaError(lastEndCode(state)), clock) } : next);
        }),
      );
      if (state.get().setup.step === 'done') tidying = clock.setTimer(tidyAfter, () => void tidy());
    },

    chooseMode: (mode) =>
      run(async () => {
        expectAllowed(mode);
        show(entry(mode));
      }),

    setPortal: (typed) =>
      run(async () => {
        const step = expect('portal-address', 'sign-in', 'enter-key', 'standalone');
        if (step.step === 'portal-address') show({ ...step, busy: true, problem: null, address: typed });
        const address = normalizePortalAddress(typed);
        if (fixedPortal() && address !== settings.current().portal) {
          throw new AldabaError('policy-locked', 'the portal address is fixed', { field: 'portal' });
        }
        await checkPortal(http, address, AbortSignal.timeout(30_000));
        draft = address;
        show(entry(step.step === 'portal-address' ? step.mode : modeOfStep[step.step]));
      }),

    back: () =>
      run(async () => {
        const { setup } = state.get();
        switch (setup.step) {
          case 'choose-account':
            ticket = null;
            return show(entry('cloud-signin'));
          case 'sign-in':
          case 'enter-key':
            if (!fixedPortal())
              return show(steps.address(setup.step === 'sign-in' ? 'cloud-signin' : 'cloud-key'));
            return show(steps.chooseMode());
          case 'portal-address':
          case 'standalone':
          case 'done':
          case 'choose-mode':
            if (fixedMode() !== null)
              throw new AldabaError('policy-locked', 'the mode is fixed', { field: 'mode' });
            return show(steps.chooseMode());
        }
      }),

    cancel: () => run(async () => show(home())),

    signIn: (input) =>
      run(async () => {
        const step = expect('sign-in');
        show({ ...step, busy: true, problem: null, email: input.email });
        const answer = await session.signIn(step.portal, input);
        if (answer.kind === 'signed-in') return show(home());
        ticket = answer.ticket;
        show({ step: 'choose-account', ...idle, accounts: answer.accounts, portal: step.portal });
      }),

    chooseAccount: (accountId) =>
      run(async () => {
        const step = expect('choose-account');
        try {
          if (ticket === null) throw new AldabaError('account-choice-expired', 'the choice was already used');
          await session.chooseAccount(step.portal, { ticket, accountId });
        } catch (error) {
          if (asAldabaError(error).code === 'account-choice-expired') show(entry('cloud-signin'));
          throw error;
        }
        show(home());
      }),

    async cancelSignIn() {
      session.cancelWaiting();
      if (state.get().setup.step === 'choose-account') {
        ticket = null;
        show(entry('cloud-signin'));
      }
    },

    requestPasswordLink: (email) =>
      run(async () => {
        const step = expect('sign-in');
        const { language } = settings.current();
        await portalAt(step.portal).passwords.requestLink({
          email: email.trim(),
          ...(language === null ? {} : { language }),
        });
        show({ ...step, ...idle, email, resetRequested: true });
      }),

    enterKey: (key) =>
      run(async () => {
        const step = expect('enter-key');
        await session.enterKey(step.portal, key.trim());
        show(home());
      }),

    activate: (key) =>
      run(async () => {
        const step = expect('standalone');
        if (step.portal === null)
          throw new AldabaError('not-configured', 'no portal address to activate at', { field: 'portal' });
        expectLastingKey();
        const { device: description, salt } = await device.describe();
        // Repeating an activation answers the same one, so a death before the next line costs nothing.
        const { document } = await portalAt(step.portal).licenses.activate({
          key: key.trim(),
          device: description,
          salt,
        });
        await licenses.installLicense(document);
        await finishStandalone();
      }),

    takeStored: () =>
      run(async () => {
        expect('standalone');
        expectAllowed('standalone');
        if (licenses.stored().length === 0)
          throw new AldabaError('not-licensed', 'no license of this device is on it');
        await finishStandalone();
      }),

    createRequestFile: (key) =>
      run(async () => {
        expect('standalone');
        expectLastingKey();
        const request = await licenses.createRequest(key.trim());
        await note.set(new Date(clock.now()).toISOString());
        show(entry('standalone'));
        return request;
      }),

    async resetDevice() {
      if (!(await device.replaceDamaged())) throw new AldabaError('not-found', 'the device key is good');
      state.clearNotice('device-key-damaged');
      // The portal knows the session by the old key: what is left of it here is of no use to anybody.
      if (session.hasIdentity()) await session.signOut();
      // Reads what could not be read so far; what is bound to the old key is kept aside and named.
      licenses.keychainOpened();
    },

    importFile: (content) =>
      run(async () => {
        const { mode } = settings.current();
        if (mode !== null && mode !== 'standalone') expect('standalone');
        expectAllowed('standalone');
        const { productName, expiresAt } = await licenses.installLicense(content);
        await finishStandalone();
        return { productName, expiresAt };
      }),

    stop() {
      for (const end of unsubscribe.splice(0)) end();
      tidying?.cancel();
    },
  };
}
