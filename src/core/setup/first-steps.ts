import type { SetupStep } from '../../contract/client/state.ts';
import type { Mode } from '../../contract/primitives.ts';
import type { Licenses } from '../parts.ts';
import type { Ports } from '../ports/index.ts';
import type { SessionControl } from '../session/session.ts';
import type { RequestNote } from './request-note.ts';

/** Steps begin so: nothing is under way, and nothing was refused. */
export const idle = { busy: false, problem: null };

/** The steps with which a way in begins, as the settings and what is known fill them in. */
export interface FirstSteps {
  /** Null: it is the person's to choose. */
  fixedMode(): Mode | null;
  fixedPortal(): boolean;
  chooseMode(): SetupStep;
  address(mode: Mode): SetupStep;
  /** The first step of a mode that asks something. */
  entry(mode: Mode): SetupStep;
}

/** @param portal the address that is being tried, else the configured one */
export function createFirstSteps(needs: {
  settings: Ports['settings'];
  session: Pick<SessionControl, 'email'>;
  note: Pick<RequestNote, 'requestedAt'>;
  portal: () => string | null;
  stored: Licenses['stored'];
}): FirstSteps {
  const { settings, session, note, portal, stored } = needs;
  const fixedMode = (): Mode | null => (settings.locked().has('mode') ? settings.current().mode : null);
  const fixedPortal = (): boolean => settings.locked().has('portal');

  function chooseModeStep(): SetupStep {
    return { step: 'choose-mode', ...idle, recommended: fixedMode() ?? 'cloud-signin', fixed: fixedMode() };
  }

  function addressStep(mode: Mode): SetupStep {
    return { step: 'portal-address', ...idle, mode, address: portal() ?? '', fixed: fixedPortal() };
  }

  function entry(mode: Mode): SetupStep {
    const address = portal();
    switch (mode) {
      case 'standalone':
        return {
          step: 'standalone',
          ...idle,
          portal: address,
          requestedAt: note.requestedAt,
          stored: stored(),
        };
      case 'cloud-signin':
        return address === null
          ? addressStep(mode)
          : { step: 'sign-in', ...idle, email: session.email, portal: address, resetRequested: false };
      case 'cloud-key':
        return address === null ? addressStep(mode) : { step: 'enter-key', ...idle, portal: address };
    }
  }

  return { fixedMode, fixedPortal, chooseMode: chooseModeStep, address: addressStep, entry };
}
