import type { AppState, LicenseView } from '../../../../src/contract/client/state.ts';
import {
  at,
  engineerProfile,
  leaseView,
  passView,
  problem,
  severalCompanies,
  signedInState,
  standaloneView,
  use,
} from '../states.ts';
import type { Scenario } from './scenario.ts';

/** Signed in with these licenses. */
function holding(licenses: readonly LicenseView[], change: Partial<AppState> = {}): Scenario['world'] {
  return {
    state: {
      ...signedInState,
      licenses: [...licenses],
      uses: licenses.flatMap((view) => view.programs),
      ...change,
    },
  };
}

const offline: AppState['connection'] = {
  state: 'offline',
  since: at(-34),
  problem: problem('network-offline'),
};
const standaloneMode: Partial<AppState> = {
  profile: null,
  setup: { ...signedInState.setup, mode: 'standalone' } as AppState['setup'],
  connection: { state: 'not-needed', since: null, problem: null },
  settings: { ...signedInState.settings, mode: 'standalone', portal: null },
};
const keyMode: Partial<AppState> = {
  profile: null,
  setup: { ...signedInState.setup, mode: 'cloud-key' } as AppState['setup'],
  settings: { ...signedInState.settings, mode: 'cloud-key' },
};

/** Parts of the computer changed, and it is still recognized. */
const drifted = holding(
  [
    {
      ...standaloneView,
      state: 'device-drift',
      until: at(9, 'd'),
      warnings: [{ kind: 'device', at: at(9, 'd') }],
    },
  ],
  {
    ...standaloneMode,
    device: {
      ...signedInState.device,
      match: 'drift',
      score: 46,
      components: [
        { name: 'machine', change: 'changed' },
        { name: 'smbios', change: 'same' },
        { name: 'board', change: 'same' },
        { name: 'disk', change: 'changed' },
        { name: 'cpu', change: 'same' },
        { name: 'network', change: 'missing' },
      ],
    },
  },
);

export const licenseScenarios: readonly Scenario[] = [
  { name: 'license/active', world: holding([passView, leaseView]) },
  { name: 'license/engineer', world: holding([passView], { profile: engineerProfile }) },
  { name: 'license/companies', world: holding([passView], { profile: severalCompanies }) },
  { name: 'license/empty', world: holding([]) },
  { name: 'license/empty-standalone', world: holding([], standaloneMode) },
  {
    name: 'license/queued',
    world: holding([
      {
        ...leaseView,
        state: 'queued',
        permit: 'none',
        kind: null,
        seatKind: null,
        until: null,
        expiresAt: null,
        renewedAt: null,
        problem: problem('no-seat-free', {
          total: 10,
          available: 0,
          holders: [
            { name: 'Bruno Cárdenas', device: 'CONDOR-WS-002', since: at(-210) },
            { name: 'Inés Lozano', device: 'CONDOR-LT-118', since: at(-44) },
          ],
        }),
        programs: [use(2, 'portico', { state: 'waiting', since: at(-1) })],
      },
    ]),
  },
  {
    name: 'license/offline',
    world: holding([{ ...passView, warnings: [{ kind: 'offline', at: at(28, 'd') }] }], {
      connection: offline,
    }),
  },
  {
    name: 'license/run-on',
    world: holding(
      [
        {
          ...leaseView,
          state: 'run-on',
          renewedAt: at(-46),
          until: at(29),
          warnings: [{ kind: 'run-on', at: at(29) }],
          problem: problem('network-timeout', { product: 'Pórtico' }),
        },
      ],
      { connection: { ...offline, problem: problem('network-timeout') } },
    ),
  },
  {
    name: 'license/expiring',
    world: holding(
      [
        {
          ...standaloneView,
          state: 'expiring',
          expiresAt: at(6, 'd'),
          until: at(20, 'd'),
          warnings: [{ kind: 'expires', at: at(6, 'd') }],
        },
      ],
      standaloneMode,
    ),
  },
  {
    name: 'license/grace',
    world: holding(
      [
        {
          ...standaloneView,
          state: 'expiring',
          expiresAt: at(-5, 'd'),
          until: at(9, 'd'),
          warnings: [{ kind: 'grace', at: at(9, 'd') }],
          problem: problem('file-expired', { product: 'Zapata' }),
        },
      ],
      standaloneMode,
    ),
  },
  {
    name: 'license/pass-ending',
    world: holding(
      [
        {
          ...passView,
          state: 'expiring',
          expiresAt: at(3, 'd'),
          until: at(3, 'd'),
          renewedAt: at(-27, 'd'),
          warnings: [{ kind: 'pass-ends', at: at(3, 'd') }],
          problem: problem('network-offline', { product: 'Viga' }),
        },
      ],
      { connection: offline },
    ),
  },
  {
    name: 'license/given-back',
    world: holding(
      [
        {
          ...standaloneView,
          state: 'needs-identity',
          permit: 'read-only',
          kind: null,
          expiresAt: null,
          until: null,
          problem: problem('not-licensed', { product: 'Zapata' }),
          programs: [use(1, 'zapata')],
        },
      ],
      standaloneMode,
    ),
  },
  {
    name: 'license/read-only',
    world: holding([
      {
        ...leaseView,
        state: 'read-only',
        permit: 'read-only',
        until: null,
        problem: problem('lease-reclaimed', { product: 'Pórtico' }),
      },
    ]),
  },
  {
    name: 'license/states',
    world: holding([
      {
        ...passView,
        product: 'a',
        productName: 'Viga',
        state: 'borrowed',
        kind: 'borrow',
        until: at(5, 'd'),
        renewedAt: at(-2, 'd'),
        programs: [],
      },
      {
        ...passView,
        product: 'b',
        productName: 'Pórtico',
        state: 'acquiring',
        permit: 'none',
        kind: null,
        renewedAt: null,
        until: null,
        programs: [],
      },
      {
        ...passView,
        product: 'c',
        productName: 'Zapata',
        state: 'revoked',
        permit: 'read-only',
        programs: [],
      },
      {
        ...passView,
        product: 'd',
        productName: 'Losa',
        state: 'clock-suspect',
        until: at(60, 'h'),
        warnings: [{ kind: 'clock', at: at(60, 'h') }],
        programs: [],
      },
      {
        ...passView,
        product: 'e',
        productName: 'Muro',
        state: 'released',
        permit: 'none',
        kind: null,
        renewedAt: null,
        until: null,
        programs: [],
      },
      {
        ...passView,
        product: 'f',
        productName: 'Pilote',
        state: 'needs-identity',
        permit: 'none',
        kind: null,
        renewedAt: null,
        until: null,
        programs: [],
      },
    ]),
  },
  { name: 'license/device-drift', world: drifted },
  {
    name: 'license/register-again',
    world: drifted,
    async act(page) {
      await page.getByRole('button', { name: 'Registrar de nuevo…' }).click();
      await page.getByRole('textbox', { name: 'Clave' }).waitFor();
    },
  },
  {
    name: 'license/loading',
    world: {
      state: { ...signedInState, licenses: null, keychain: { backend: 'secret-service', state: 'locked' } },
    },
  },
  { name: 'license/standalone', world: holding([standaloneView], standaloneMode) },
  { name: 'license/key', world: holding([{ ...leaseView, holder: null }], keyMode) },
  {
    name: 'license/keychain-unavailable',
    world: holding([passView], { keychain: { backend: 'memory', state: 'unavailable' } }),
  },
  {
    name: 'license/keychain-locked',
    world: holding([passView], { keychain: { backend: 'secret-service', state: 'locked' } }),
  },
  {
    name: 'license/keychain-denied',
    world: holding([passView], { keychain: { backend: 'macos-keychain', state: 'denied' } }),
  },
  {
    name: 'license/notices',
    world: holding([passView], {
      notices: [
        {
          id: 'a',
          level: 'warning',
          ...problem('settings-corrupt', { file: '/home/lucia/.config/aldaba/settings.json.corrupt-1' }),
        },
        { id: 'b', level: 'info', ...problem('lease-reclaimed', { product: 'Pórtico' }) },
      ],
    }),
  },
  {
    name: 'license/release-dialog',
    world: holding([leaseView]),
    act: (page) => page.getByRole('button', { name: 'Liberar' }).click(),
  },
  {
    name: 'license/release-refused',
    world: holding([leaseView]),
    prepare: (core) => core.refuse('licenses.release', 'unavailable', { requestId: '01JNB7Q4ZK' }),
    async act(page) {
      await page.getByRole('button', { name: 'Liberar' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Liberar' }).click();
      await page.getByRole('alert').filter({ hasText: 'El portal no puede atender' }).waitFor();
    },
  },
  {
    name: 'license/receipt',
    world: holding([standaloneView], standaloneMode),
    async act(page) {
      await page.getByRole('button', { name: 'Devolver' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Devolver' }).click();
      await page.getByRole('dialog', { name: 'Guarde el recibo' }).waitFor();
    },
  },
  {
    name: 'license/returned',
    world: holding([], { ...standaloneMode, returned: [{ product: 'zapata', productName: 'Zapata' }] }),
  },
  {
    name: 'license/renewed',
    world: holding([passView, leaseView]),
    async act(page) {
      await page.getByRole('button', { name: 'Renovar ahora' }).click();
      await page.getByText('Las licencias están al día.').waitFor();
    },
  },
  {
    name: 'license/account-menu',
    world: holding([passView], { profile: severalCompanies }),
    async act(page) {
      await page.getByRole('button', { name: 'Cuenta y empresas' }).click();
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'license/sign-out',
    world: holding([passView, leaseView]),
    async act(page) {
      await page.getByRole('button', { name: 'Cuenta y empresas' }).click();
      await page.getByRole('menuitem', { name: 'Cerrar sesión' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'license/link-lost',
    endsCore: true,
    world: holding([passView]),
    async act(page, opened) {
      await opened.close();
      await page.getByText('Se perdió el contacto con el servicio de Aldaba').waitFor();
    },
  },
];
