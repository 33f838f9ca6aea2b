import type { AppState } from '../../contract/client/state.ts';
import type { Ports } from '../ports/index.ts';
import { settingsNotices } from './settings-notices.ts';
import { shownSettings } from './shown-settings.ts';

/** What a window sees before anything was read. */
export function initialState(ports: Ports): AppState {
  const settings = ports.settings.current();
  return {
    client: {
      version: ports.client.version,
      shell: ports.client.shell,
      platform: ports.hardware.platform,
      canAutoStart: ports.client.canAutoStart ?? false,
    },
    setup: {
      step: 'choose-mode',
      busy: false,
      problem: null,
      recommended: 'cloud-signin',
      fixed: ports.settings.locked().has('mode') ? settings.mode : null,
    },
    profile: null,
    sessionEnds: null,
    connection: { state: 'unknown', since: null, problem: null },
    keychain: {
      backend: ports.secrets.backend,
      state: ports.secrets.backend === 'memory' ? 'unavailable' : 'ok',
    },
    device: {
      name: ports.hardware.hostName,
      thumbprint: '',
      platform: ports.hardware.platform,
      match: 'unknown',
      score: null,
      components: [],
    },
    licenses: null,
    returned: [],
    uses: [],
    downloads: [],
    ...shownSettings(ports.settings),
    notices: settingsNotices(ports),
  };
}
