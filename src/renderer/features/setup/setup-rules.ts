import type { AppState, SetupStep } from '../../../contract/client/state.ts';
import type { Mode } from '../../../contract/primitives.ts';

/** The way in that a step belongs to; null while it is being chosen. */
export function modeOf(setup: SetupStep): Mode | null {
  switch (setup.step) {
    case 'choose-mode':
      return null;
    case 'portal-address':
    case 'done':
      return setup.mode;
    case 'sign-in':
    case 'choose-account':
      return 'cloud-signin';
    case 'enter-key':
      return 'cloud-key';
    case 'standalone':
      return 'standalone';
  }
}

type Situation = Pick<AppState, 'setup' | 'settings' | 'lockedSettings'>;

/** There is a step before, and nothing has decided it for the person. */
export function mayGoBack({ setup, lockedSettings }: Situation): boolean {
  const modeOpen = !lockedSettings.includes('mode');
  switch (setup.step) {
    case 'choose-mode':
    case 'done':
      return false;
    case 'portal-address':
      return modeOpen;
    case 'choose-account':
      return true;
    case 'sign-in':
    case 'enter-key':
      return modeOpen || !lockedSettings.includes('portal');
    case 'standalone':
      return modeOpen;
  }
}

/** What was configured before still stands, so the change can be left: another mode, or a session that works until the next sign-in. */
export function mayCancel({ setup, settings, profile }: Situation & Pick<AppState, 'profile'>): boolean {
  if (settings.mode === null || setup.step === 'done') return false;
  return profile !== null || setup.step === 'portal-address' || modeOf(setup) !== settings.mode;
}

export type Stage = 'mode' | 'portal' | 'sign-in' | 'account' | 'key' | 'activation';

/** The way through the setup as the panel at the side shows it, and the index of where it stands. */
export function stagesOf(setup: SetupStep): { stages: readonly Stage[]; current: number } {
  switch (setup.step) {
    case 'choose-mode':
      return { stages: ['mode', 'portal', 'sign-in'], current: 0 };
    case 'portal-address':
      return { stages: ['mode', 'portal', setup.mode === 'cloud-key' ? 'key' : 'sign-in'], current: 1 };
    case 'sign-in':
      return { stages: ['mode', 'portal', 'sign-in'], current: 2 };
    case 'choose-account':
      return { stages: ['mode', 'portal', 'sign-in', 'account'], current: 3 };
    case 'enter-key':
      return { stages: ['mode', 'portal', 'key'], current: 2 };
    case 'standalone':
      return { stages: ['mode', 'activation'], current: 1 };
    case 'done':
      return { stages: [], current: 0 };
  }
}
