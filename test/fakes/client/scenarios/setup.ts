import type { Problem } from '../../../../src/contract/client/problem.ts';
import type { AppState, SetupStep } from '../../../../src/contract/client/state.ts';
import {
  at,
  damagedKey,
  firstRunState,
  id,
  idle,
  passView,
  portal,
  problem,
  severalCompanies,
  signedInState,
  stepState,
  use,
} from '../states.ts';
import type { Scenario } from './scenario.ts';

const waiting = [
  use(1, 'viga', { state: 'waiting', since: at(0) }),
  use(2, 'zapata', { state: 'waiting', since: at(0) }),
  use(3, 'zapata', { state: 'waiting', since: at(0) }),
];
const signIn: SetupStep = { step: 'sign-in', ...idle, email: '', portal, resetRequested: false };
const known: SetupStep = { ...signIn, email: 'lucia.ferrer@condor.example' };
const standalone: SetupStep = { step: 'standalone', ...idle, portal, requestedAt: null, stored: [] };
const offline = {
  connection: { state: 'offline' as const, since: at(-12), problem: problem('network-offline') },
};

function notice(code: Problem['code']): AppState['notices'][number] {
  return { id: code, level: 'warning', ...problem(code) };
}

export const setupScenarios: readonly Scenario[] = [
  { name: 'setup/mode', world: { state: firstRunState } },
  { name: 'setup/mode-waiting', world: { state: { ...firstRunState, uses: waiting } } },
  {
    name: 'setup/keychain-locked',
    world: {
      state: stepState(standalone, {
        keychain: { backend: 'secret-service', state: 'locked' },
        licenses: null,
      }),
    },
  },
  {
    name: 'setup/keychain-unavailable',
    world: {
      state: stepState(standalone, {
        keychain: { backend: 'memory', state: 'unavailable' },
      }),
    },
  },
  {
    name: 'setup/device-key-damaged',
    world: { state: { ...firstRunState, notices: [damagedKey] } },
  },
  {
    name: 'setup/mode-notices',
    world: { state: { ...firstRunState, notices: [notice('settings-corrupt')] } },
  },
  {
    name: 'setup/portal-waiting',
    world: {
      state: stepState(
        { step: 'portal-address', ...idle, mode: 'cloud-signin', address: '', fixed: false },
        { uses: waiting },
      ),
    },
  },
  {
    name: 'setup/mode-fixed',
    world: {
      state: {
        ...firstRunState,
        setup: { step: 'choose-mode', ...idle, recommended: 'cloud-signin', fixed: 'cloud-signin' },
        lockedSettings: ['mode'],
      },
    },
  },
  {
    name: 'setup/mode-change',
    world: {
      state: {
        ...signedInState,
        setup: { step: 'choose-mode', ...idle, recommended: 'cloud-signin', fixed: null },
      },
    },
  },
  {
    name: 'setup/portal',
    world: {
      state: stepState({ step: 'portal-address', ...idle, mode: 'cloud-signin', address: '', fixed: false }),
    },
  },
  {
    name: 'setup/portal-wrong',
    world: {
      state: stepState({
        step: 'portal-address',
        busy: false,
        problem: problem('portal-captive'),
        mode: 'cloud-signin',
        address: portal,
        fixed: false,
      }),
    },
  },
  {
    name: 'setup/network',
    world: {
      state: stepState({
        step: 'portal-address',
        busy: false,
        problem: problem('portal-certificate'),
        mode: 'cloud-signin',
        address: portal,
        fixed: false,
      }),
    },
    async act(page) {
      await page.getByRole('button', { name: 'Proxy y certificado…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'setup/portal-fixed',
    world: {
      state: stepState(
        { step: 'portal-address', ...idle, mode: 'cloud-key', address: portal, fixed: true },
        { lockedSettings: ['portal'] },
      ),
    },
  },
  { name: 'sign-in/first', world: { state: stepState(signIn) } },
  { name: 'sign-in/waiting', world: { state: stepState(known, { uses: waiting }) } },
  { name: 'sign-in/busy', world: { state: stepState({ ...known, busy: true }) } },
  {
    name: 'sign-in/wrong',
    world: { state: stepState({ ...known, problem: problem('invalid-credentials') }) },
  },
  {
    name: 'sign-in/too-many',
    world: { state: stepState({ ...known, problem: problem('too-many-requests', { retryAfter: 480 }) }) },
  },
  {
    name: 'sign-in/notices',
    world: {
      state: stepState(known, {
        notices: [
          notice('sign-out-untold'),
          notice('session-ended'),
          notice('settings-corrupt'),
          { ...notice('not-signed-in'), id: 'license-viga' },
        ],
      }),
    },
  },
  { name: 'sign-in/offline', world: { state: stepState(known, offline) } },
  {
    name: 'sign-in/ended',
    world: {
      state: {
        ...signedInState,
        profile: null,
        licenses: [passView],
        setup: { ...known, problem: problem('session-ended') },
      },
    },
  },
  {
    name: 'sign-in/access-ended',
    world: {
      state: {
        ...signedInState,
        profile: null,
        licenses: [],
        setup: { ...known, problem: problem('access-ended') },
      },
    },
  },
  {
    name: 'sign-in/account',
    world: {
      state: stepState({
        step: 'choose-account',
        ...idle,
        portal,
        accounts: [
          ...severalCompanies.accounts,
          {
            account: { id: id('account', 3), name: 'Cimentaciones del Norte y Obras Subterráneas S. A.' },
            roleName: 'Jefatura de licencias',
            roleKey: null,
            association: false,
          },
        ],
      }),
    },
  },
  { name: 'setup/key', world: { state: stepState({ step: 'enter-key', ...idle, portal }) } },
  {
    name: 'setup/key-wrong',
    world: { state: stepState({ step: 'enter-key', busy: false, problem: problem('key-invalid'), portal }) },
  },
  { name: 'standalone/online', world: { state: stepState(standalone) } },
  { name: 'standalone/no-portal', world: { state: stepState({ ...standalone, portal: null }) } },
  {
    name: 'standalone/stored',
    world: {
      state: {
        ...signedInState,
        setup: { ...standalone, stored: [{ productName: 'Viga', expiresAt: at(200, 'd') }] },
      },
    },
  },
  {
    name: 'standalone/requested',
    world: { state: stepState({ ...standalone, requestedAt: at(-2, 'd') }) },
  },
  {
    name: 'sign-in/fields',
    world: { state: stepState(signIn) },
    act: (page) => page.getByRole('button', { name: 'Iniciar sesión' }).click(),
  },
  {
    name: 'sign-in/ask-link',
    world: { state: stepState(known) },
    act: (page) => page.getByRole('button', { name: '¿Primera vez, u olvidó la contraseña?' }).click(),
  },
  {
    name: 'sign-in/link-sent',
    world: { state: stepState(known) },
    async act(page) {
      await page.getByRole('button', { name: '¿Primera vez, u olvidó la contraseña?' }).click();
      await page.getByRole('button', { name: 'Enviar el enlace' }).click();
      await page.getByRole('heading', { name: 'Revise su correo' }).waitFor();
    },
  },
  {
    name: 'setup/key-slip',
    world: { state: stepState({ step: 'enter-key', ...idle, portal }) },
    async act(page) {
      await page.getByRole('textbox', { name: 'Clave' }).fill('ALD-12345');
      await page.getByRole('button', { name: 'Usar esta clave' }).click();
    },
  },
  {
    name: 'standalone/wrong-file',
    world: { state: stepState({ ...standalone, requestedAt: at(-2, 'd') }) },
    prepare: (core) =>
      core.refuse('setup.importFile', 'file-wrong-device', {
        device: 'CONDOR-LT-203',
        file: 'zapata.aldaba-license',
      }),
    async act(page) {
      const file = { name: 'zapata.aldaba-license', mimeType: 'text/plain', buffer: Buffer.from('x') };
      await page.locator('input[type=file]').setInputFiles(file);
      await page.getByText('El archivo es para otro equipo').waitFor();
    },
  },
];
