import { expect, test } from 'vitest';
import { administratorProfile, idle, portal, signedInState } from '../../../../test/fakes/client/states.ts';
import type { SetupStep } from '../../../contract/client/state.ts';
import { mayCancel, mayGoBack, stagesOf } from './setup-rules.ts';

const steps = {
  mode: { step: 'choose-mode', ...idle, recommended: 'cloud-signin', fixed: null },
  portal: { step: 'portal-address', ...idle, mode: 'cloud-signin', address: '', fixed: false },
  signIn: { step: 'sign-in', ...idle, email: '', portal, resetRequested: false },
  account: { step: 'choose-account', ...idle, portal, accounts: administratorProfile.accounts },
  key: { step: 'enter-key', ...idle, portal },
  standalone: { step: 'standalone', ...idle, portal: null, requestedAt: null, stored: [] },
  done: { step: 'done', ...idle, mode: 'cloud-signin' },
} satisfies Record<string, SetupStep>;
type Name = keyof typeof steps;

const backFrom = (lockedSettings: string[]) =>
  (Object.keys(steps) as Name[]).filter((name) =>
    mayGoBack({ ...signedInState, setup: steps[name], lockedSettings }),
  );

test('there is a way back wherever a step came before that no policy decided', () => {
  expect(backFrom([])).toEqual(['portal', 'signIn', 'account', 'key', 'standalone']);
  expect(backFrom(['mode'])).toEqual(['signIn', 'account', 'key']);
  expect(backFrom(['portal'])).toEqual(['portal', 'signIn', 'account', 'key', 'standalone']);
  expect(backFrom(['mode', 'portal'])).toEqual(['account']);
});

const cancelled = (mode: 'cloud-signin' | 'standalone' | null, profile = signedInState.profile) =>
  (Object.keys(steps) as Name[]).filter((name) =>
    mayCancel({
      settings: { ...signedInState.settings, mode },
      setup: steps[name],
      profile,
      lockedSettings: [],
    }),
  );

test('a change of mode can be left, and a sign-in while a session works; a first run and an ended session cannot', () => {
  expect(cancelled(null, null)).toEqual([]);
  expect(cancelled('cloud-signin')).toEqual(Object.keys(steps).filter((name) => name !== 'done'));
  expect(cancelled('cloud-signin', null)).toEqual(['mode', 'portal', 'key', 'standalone']);
  expect(cancelled('standalone', null)).toEqual(['mode', 'portal', 'signIn', 'account', 'key']);
});

test('the side panel shows the way of the chosen mode and where it stands', () => {
  expect(stagesOf(steps.account)).toEqual({ stages: ['mode', 'portal', 'sign-in', 'account'], current: 3 });
  expect(stagesOf(steps.key)).toEqual({ stages: ['mode', 'portal', 'key'], current: 2 });
  expect(stagesOf({ ...steps.portal, mode: 'cloud-key' })).toEqual({
    stages: ['mode', 'portal', 'key'],
    current: 1,
  });
  expect(stagesOf(steps.standalone)).toEqual({ stages: ['mode', 'activation'], current: 1 });
});
