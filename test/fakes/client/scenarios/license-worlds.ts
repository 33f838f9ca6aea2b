import type { AppState, LicenseView } from '../../../../src/contract/client/state.ts';
import { at, signedInState, standaloneView } from '../states.ts';
import type { Scenario } from './scenario.ts';

/** Signed in with these licenses. */
export function holding(licenses: readonly LicenseView[], change: Partial<AppState> = {}): Scenario['world'] {
  return {
    state: {
      ...signedInState,
      licenses: [...licenses],
      uses: licenses.flatMap((view) => view.programs),
      ...change,
    },
  };
}

export const standaloneMode: Partial<AppState> = {
  profile: null,
  setup: { ...signedInState.setup, mode: 'standalone' } as AppState['setup'],
  connection: { state: 'not-needed', since: null, problem: null },
  settings: { ...signedInState.settings, mode: 'standalone', portal: null },
};
export const keyMode: Partial<AppState> = {
  profile: null,
  setup: { ...signedInState.setup, mode: 'cloud-key' } as AppState['setup'],
  settings: { ...signedInState.settings, mode: 'cloud-key' },
};

/** Parts of the computer changed, and it is still recognized. */
export const drifted = holding(
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
