import { at, damagedKey, portal, problem, signedInState } from '../states.ts';
import type { Scenario } from './scenario.ts';

const hash = '#/settings';

export const settingsScenarios: readonly Scenario[] = [
  { name: 'settings/signed-in', hash, world: { state: signedInState } },
  {
    name: 'settings/installed',
    hash,
    world: {
      state: { ...signedInState, client: { ...signedInState.client, shell: 'electron', canAutoStart: true } },
    },
  },
  {
    name: 'settings/locked',
    hash,
    world: {
      state: {
        ...signedInState,
        client: { ...signedInState.client, shell: 'electron', canAutoStart: true },
        settings: { ...signedInState.settings, proxy: 'http://proxy.condor.example:8080' },
        lockedSettings: [
          'mode',
          'portal',
          'language',
          'theme',
          'autoStart',
          'proxy',
          'extraCaFile',
          'downloadFolder',
        ],
      },
    },
  },
  {
    name: 'settings/keychain-memory',
    hash,
    world: { state: { ...signedInState, keychain: { backend: 'memory', state: 'unavailable' } } },
  },
  {
    name: 'settings/device-key-damaged',
    hash,
    world: { state: { ...signedInState, notices: [damagedKey] } },
    async act(page) {
      await page.getByRole('button', { name: 'Crear una clave nueva…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'settings/sessions-loading',
    hash,
    world: { state: signedInState },
    prepare: (core) => void core.hold('session.list'),
  },
  {
    name: 'settings/sessions-refused',
    hash,
    world: { state: signedInState },
    prepare: (core) => core.refuse('session.list', 'network-offline'),
  },
  {
    name: 'settings/standalone',
    hash,
    world: {
      state: {
        ...signedInState,
        profile: null,
        licenses: [],
        uses: [],
        setup: { step: 'done', busy: false, problem: null, mode: 'standalone' },
        connection: { state: 'not-needed', since: null, problem: null },
        settings: { ...signedInState.settings, mode: 'standalone', portal },
      },
    },
  },
  {
    name: 'settings/end-session',
    hash,
    world: { state: signedInState },
    act: (page) => page.getByRole('button', { name: 'Cerrar la sesión en CONDOR-LT-203' }).click(),
  },
  {
    name: 'settings/proxy-refused',
    hash,
    world: { state: signedInState },
    async act(page) {
      await page.getByRole('textbox', { name: 'Proxy' }).fill('condor');
      await page.getByRole('button', { name: 'Guardar', exact: true }).click();
      await page.getByText('Escriba la dirección entera').waitFor();
    },
  },
  {
    name: 'settings/diagnosis',
    hash,
    world: {
      state: {
        ...signedInState,
        settings: { ...signedInState.settings, proxy: 'http://proxy.condor.example:8080' },
      },
    },
    async act(page) {
      await page.getByRole('button', { name: 'Probar la conexión' }).click();
      await page.getByText('El portal responde').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'settings/diagnosis-offline',
    hash,
    world: {
      state: {
        ...signedInState,
        connection: { state: 'offline', since: at(-12), problem: problem('portal-certificate') },
      },
    },
    async act(page) {
      await page.getByRole('button', { name: 'Probar la conexión' }).click();
      await page.getByText('No se puede confiar en el certificado').scrollIntoViewIfNeeded();
    },
  },
];
