import {
  at,
  engineerProfile,
  id,
  leaseView,
  offline,
  passView,
  problem,
  severalCompanies,
  signedInState,
  standaloneView,
  use,
} from '../states.ts';
import { drifted, holding, keyMode, standaloneMode } from './license-worlds.ts';
import type { Scenario } from './scenario.ts';

export const licenseScenarios: readonly Scenario[] = [
  { name: 'license/active', world: holding([passView, leaseView]) },
  { name: 'license/engineer', world: holding([passView], { profile: engineerProfile }) },
  { name: 'license/companies', world: holding([passView], { profile: severalCompanies }) },
  {
    name: 'license/session-ending',
    world: holding([passView, leaseView], { sessionEnds: at(10, 'd') }),
  },
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
        borrowDays: 0,
        problem: problem('no-seat-free', {
          queue: { ticket: id('ticket', 1), position: 3 },
          retryAfter: 30,
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
        borrowDays: 0,
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
        { id: 'c', level: 'warning', ...problem('variable-invalid', { field: 'mode' }) },
      ],
    }),
  },
  {
    name: 'license/returned',
    world: holding([], {
      ...standaloneMode,
      returned: [{ product: 'zapata', productName: 'Zapata', kind: 'license' }],
    }),
  },
];
