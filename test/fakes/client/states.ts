import type { Problem } from '../../../src/contract/client/problem.ts';
import type { AppState, LicenseView, SetupStep, Use } from '../../../src/contract/client/state.ts';
import type { Permission } from '../../../src/contract/permissions.ts';
import type { Profile } from '../../../src/contract/portal/profile.ts';

/** The present of every scenario: a Monday morning. */
export const present = '2026-03-02T10:32:00.000Z';
export const portal = 'https://portal.condor.example';

/** An instant some minutes, hours or days from the present; negative is before it. */
export function at(amount: number, unit: 'min' | 'h' | 'd' = 'min'): string {
  const size = { min: 60_000, h: 3_600_000, d: 86_400_000 }[unit];
  return new Date(Date.parse(present) + amount * size).toISOString();
}

/** Stable ids: `id('contact', 12)`. */
export function id(kind: string, number: number): string {
  const kinds = [
    'account',
    'identity',
    'contact',
    'role',
    'pool',
    'seat',
    'release',
    'use',
    'session',
    'lease',
    'ticket',
  ];
  const group = (kinds.indexOf(kind) + 1).toString(16);
  return `0195b0a0-${group.padStart(4, '0')}-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

export const idle = { busy: false, problem: null };

export function problem(code: Problem['code'], data?: Problem['data']): Problem {
  return { code, data, at: present };
}

/** Half an hour without the network. */
export const offline: AppState['connection'] = {
  state: 'offline',
  since: at(-34),
  problem: problem('network-offline'),
};

/** What the core says when the keychain holds something else where the device's key should be. */
export const damagedKey: AppState['notices'][number] = {
  id: 'device-key-damaged',
  level: 'error',
  ...problem('device-key-damaged'),
};

const administrator: Permission[] = [
  'account:read',
  'account:update',
  'contact:read',
  'contact:create',
  'contact:update',
  'contact:delete',
  'member:read',
  'member:suspend',
  'member:reset-password',
  'member:assign-role',
  'role:read',
  'invitation:read',
  'invitation:create',
  'invitation:resend',
  'seat:read',
  'seat:assign',
  'seat:withdraw',
  'seat:lend',
  'license:read',
  'license:activate',
  'software:read',
  'software:download',
];

const condor = {
  account: { id: id('account', 1), name: 'Estructuras Cóndor' },
  roleName: 'Administrator',
  roleKey: 'administrator',
  association: false,
};
const andes = {
  account: { id: id('account', 2), name: 'Puentes y Viaductos Andes' },
  roleName: 'License installer',
  roleKey: 'license-installer',
  association: true,
};

export const administratorProfile: Profile = {
  identity: {
    id: id('identity', 1),
    email: 'lucia.ferrer@condor.example',
    name: 'Lucía Ferrer',
    language: 'es',
  },
  membership: condor,
  permissions: administrator,
  accounts: [condor],
  sessionId: id('session', 1),
};

/** Several companies, for the chooser (C10). */
export const severalCompanies: Profile = { ...administratorProfile, accounts: [condor, andes] };

export const engineerProfile: Profile = {
  identity: {
    id: id('identity', 2),
    email: 'marcos.duran@condor.example',
    name: 'Marcos Durán',
    language: 'es',
  },
  membership: { ...condor, roleName: 'License installer', roleKey: 'license-installer' },
  permissions: [
    'license:read',
    'license:activate',
    'software:read',
    'software:download',
    'notification:receive',
  ],
  accounts: [condor],
  sessionId: id('session', 1),
};

export function use(number: number, program: string, change: Partial<Use> = {}): Use {
  return { id: id('use', number), program, version: '2026.1', since: at(-97), state: 'running', ...change };
}

/** A named seat's pass: the everyday case. */
export const passView: LicenseView = {
  product: 'viga',
  productName: 'Viga',
  state: 'active',
  permit: 'full',
  kind: 'offline-pass',
  seatKind: 'named',
  accountName: 'Estructuras Cóndor',
  holder: 'Lucía Ferrer',
  expiresAt: at(28, 'd'),
  until: at(28, 'd'),
  renewedAt: at(-2, 'd'),
  borrowDays: 0,
  warnings: [],
  problem: null,
  programs: [use(1, 'viga')],
};

export const leaseView: LicenseView = {
  ...passView,
  product: 'portico',
  productName: 'Pórtico',
  kind: 'lease',
  seatKind: 'floating',
  expiresAt: at(14),
  until: at(69),
  renewedAt: at(-6),
  borrowDays: 14,
  programs: [use(2, 'portico'), use(3, 'portico', { since: at(-12) })],
};

/** The same seat, taken away from the network for a week two days ago. */
export const borrowedView: LicenseView = {
  ...leaseView,
  state: 'borrowed',
  kind: 'borrow',
  expiresAt: at(5, 'd'),
  until: at(5, 'd'),
  renewedAt: at(-2, 'd'),
};

export const standaloneView: LicenseView = {
  ...passView,
  product: 'zapata',
  productName: 'Zapata',
  kind: 'license',
  seatKind: null,
  holder: null,
  expiresAt: at(211, 'd'),
  until: at(225, 'd'),
  renewedAt: null,
  programs: [],
};

/** Signed in, online, everything well. */
export const signedInState: AppState = {
  client: { version: '0.1.0', shell: 'browser', platform: 'windows', canAutoStart: false },
  setup: { step: 'done', ...idle, mode: 'cloud-signin' },
  profile: administratorProfile,
  sessionEnds: null,
  connection: { state: 'online', since: at(-3, 'h'), problem: null },
  keychain: { backend: 'windows-credentials', state: 'ok' },
  device: {
    name: 'CONDOR-WS-014',
    thumbprint: 'b7Qd0fXk3sVt9aPz1LmYcE5hGuNwRj8oTi2KxC6yJ4M',
    platform: 'windows',
    match: 'match',
    score: 100,
    components: [
      { name: 'machine', change: 'same' },
      { name: 'smbios', change: 'same' },
      { name: 'board', change: 'same' },
      { name: 'disk', change: 'same' },
      { name: 'cpu', change: 'same' },
      { name: 'network', change: 'same' },
    ],
  },
  licenses: [passView, leaseView],
  returned: [],
  uses: [use(1, 'viga'), use(2, 'portico'), use(3, 'portico', { since: at(-12) })],
  downloads: [],
  settings: {
    mode: 'cloud-signin',
    portal,
    proxy: null,
    extraCaFile: null,
    language: 'es',
    theme: 'light',
    updateChannel: 'stable',
    autoStart: true,
    telemetry: false,
    secretsOnDisk: false,
    downloadFolder: null,
  },
  lockedSettings: [],
  lockedAtStart: [],
  notices: [],
};

/** Nobody yet: the first run. */
export const firstRunState: AppState = {
  ...signedInState,
  setup: { step: 'choose-mode', ...idle, recommended: 'cloud-signin', fixed: null },
  profile: null,
  connection: { state: 'unknown', since: null, problem: null },
  device: { ...signedInState.device, match: 'unknown', score: null, components: [] },
  licenses: [],
  uses: [],
  settings: { ...signedInState.settings, mode: null, portal: null },
};

/** The first run at another step. */
export function stepState(setup: SetupStep, change: Partial<AppState> = {}): AppState {
  return { ...firstRunState, setup, ...change };
}
