import type { AppState, SetupStep } from '../../../src/contract/client/state.ts';
import { AldabaError } from '../../../src/contract/errors.ts';
import type { Mode } from '../../../src/contract/primitives.ts';
import { type FakeImplementer, type FakeInside, rightPassword } from './fake-core.ts';
import {
  administratorProfile,
  idle,
  passView,
  portal,
  present,
  signedInState,
  standaloneView,
} from './states.ts';

/** The way through the setup as the core goes it, with one right password and any well-formed key. */
export function setupProcedures(os: FakeImplementer['setup'], { store }: FakeInside) {
  const show = (setup: SetupStep) => store.update({ setup });
  const address = () => store.get().settings.portal ?? portal;

  function entry(mode: Mode): SetupStep {
    switch (mode) {
      case 'cloud-signin':
        return { step: 'sign-in', ...idle, email: '', portal: address(), resetRequested: false };
      case 'cloud-key':
        return { step: 'enter-key', ...idle, portal: address() };
      case 'standalone':
        return {
          step: 'standalone',
          ...idle,
          portal: store.get().settings.portal,
          requestedAt: null,
          stored: [],
        };
    }
  }

  function finish(mode: Mode, change: Partial<AppState>): void {
    const { settings, uses } = store.get();
    store.update({
      connection: signedInState.connection,
      device: signedInState.device,
      uses: uses.map((use) => ({ ...use, state: 'running' })),
      settings: { ...settings, mode, portal: address() },
      ...change,
      setup: { step: 'done', ...idle, mode },
    });
  }

  /** The step shows that it is busy, and why it was refused. */
  async function run(work: () => void): Promise<void> {
    show({ ...store.get().setup, busy: true, problem: null });
    try {
      work();
    } catch (error) {
      if (error instanceof AldabaError)
        show({ ...store.get().setup, problem: { code: error.code, data: error.data, at: present } });
      throw error;
    } finally {
      if (store.get().setup.busy) show({ ...store.get().setup, busy: false });
    }
  }

  function modeOfStep(): Mode {
    const { setup } = store.get();
    return setup.step === 'portal-address' ? setup.mode : 'standalone';
  }

  return {
    chooseMode: os.chooseMode.handler(({ input: { mode } }) =>
      run(() => {
        if (mode === 'standalone' || store.get().settings.portal !== null) return show(entry(mode));
        return show({ step: 'portal-address', ...idle, mode, address: '', fixed: false });
      }),
    ),
    setPortal: os.setPortal.handler(({ input }) =>
      run(() => {
        if (!URL.canParse(input.address)) throw new AldabaError('portal-address-invalid');
        store.update({ settings: { ...store.get().settings, portal: input.address } });
        show(entry(modeOfStep()));
      }),
    ),
    back: os.back.handler(() =>
      run(() => {
        const { setup } = store.get();
        if (setup.step === 'choose-account') return show(entry('cloud-signin'));
        if (setup.step === 'sign-in' || setup.step === 'enter-key') {
          const mode = setup.step === 'sign-in' ? 'cloud-signin' : 'cloud-key';
          return show({ step: 'portal-address', ...idle, mode, address: setup.portal, fixed: false });
        }
        return show({ step: 'choose-mode', ...idle, recommended: 'cloud-signin', fixed: null });
      }),
    ),
    cancel: os.cancel.handler(() =>
      run(() => show({ step: 'done', ...idle, mode: store.get().settings.mode ?? 'cloud-signin' })),
    ),
    signIn: os.signIn.handler(({ input }) =>
      run(() => {
        if (input.password !== rightPassword) throw new AldabaError('invalid-credentials');
        if (input.email.startsWith('varias')) {
          return show({
            step: 'choose-account',
            ...idle,
            portal: address(),
            accounts: [
              administratorProfile.membership,
              {
                account: { id: '0195b0a0-0001-7000-8000-000000000002', name: 'Puentes y Viaductos Andes' },
                roleName: 'License installer',
                roleKey: 'license-installer',
                association: true,
              },
            ],
          });
        }
        return finish('cloud-signin', { profile: administratorProfile, licenses: [passView] });
      }),
    ),
    chooseAccount: os.chooseAccount.handler(({ input }) =>
      run(() => {
        const { setup } = store.get();
        if (setup.step !== 'choose-account') throw new AldabaError('account-choice-expired');
        const membership = setup.accounts.find(({ account }) => account.id === input.accountId);
        if (membership === undefined) throw new AldabaError('not-found');
        const profile = { ...administratorProfile, membership, accounts: setup.accounts };
        finish('cloud-signin', {
          profile,
          licenses: [{ ...passView, accountName: membership.account.name }],
        });
      }),
    ),
    cancelSignIn: os.cancelSignIn.handler(() =>
      store.update({ uses: store.get().uses.filter((use) => use.state === 'running') }),
    ),
    requestPasswordLink: os.requestPasswordLink.handler(({ input }) =>
      run(() => {
        const { setup } = store.get();
        if (setup.step === 'sign-in') show({ ...setup, email: input.email, resetRequested: true });
      }),
    ),
    enterKey: os.enterKey.handler(() =>
      run(() =>
        finish('cloud-key', { profile: null, licenses: [{ ...passView, kind: 'lease', holder: null }] }),
      ),
    ),
    activate: os.activate.handler(() =>
      run(() => finish('standalone', { profile: null, licenses: [standaloneView] })),
    ),
    takeStored: os.takeStored.handler(() =>
      run(() => finish('standalone', { profile: null, licenses: [standaloneView] })),
    ),
    createRequestFile: os.createRequestFile.handler(async () => {
      const { setup } = store.get();
      if (setup.step === 'standalone') show({ ...setup, requestedAt: present });
      return { fileName: 'CONDOR-WS-014.aldaba-request', content: '-----BEGIN ALDABA REQUEST-----\n' };
    }),
    resetDevice: os.resetDevice.handler(() => {
      const { notices } = store.get();
      store.update({ notices: notices.filter(({ code }) => code !== 'device-key-damaged') });
    }),
    importFile: os.importFile.handler(async ({ input }) => {
      await run(() => {
        if (!input.content.includes('ALDABA LICENSE'))
          throw new AldabaError('file-format', 'no armor', { file: input.fileName });
        finish('standalone', {
          profile: null,
          licenses: [standaloneView],
          connection: { state: 'not-needed', since: null, problem: null },
        });
      });
      return { productName: standaloneView.productName, expiresAt: standaloneView.expiresAt };
    }),
  };
}
