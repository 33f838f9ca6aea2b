import { portal, signedInState } from '../states.ts';
import type { Scenario } from './scenario.ts';

const hash = '#/settings';

export const settingsScenarios: readonly Scenario[] = [
  { name: 'settings/signed-in', hash, world: { state: signedInState } },
  {
    name: 'settings/locked',
    hash,
    world: {
      state: {
        ...signedInState,
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
];
