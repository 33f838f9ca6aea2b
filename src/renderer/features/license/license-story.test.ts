import fc from 'fast-check';
import { expect, test } from 'vitest';
import texts from '../../../../resources/locales/es/window.json' with { type: 'json' };
import {
  at,
  borrowedView,
  leaseView,
  passView,
  present,
  problem,
  signedInState,
  standaloneView,
} from '../../../../test/fakes/client/states.ts';
import { licenseStates } from '../../../contract/broker.ts';
import { rightKinds } from '../../../contract/documents.ts';
import { modes } from '../../../contract/primitives.ts';
import {
  giveUpOf,
  isTimeless,
  mayBorrow,
  nextInstant,
  runwayOf,
  stateWordOf,
  storyOf,
  toneOf,
  untoldOf,
} from './license-story.ts';

test('every state with every kind of right has its sentences and a tone', () => {
  const means: Record<string, string> = texts.license.means;
  const next: Record<string, string> = texts.license.next;
  const words: Record<string, string> = texts.license.state;
  const grace = [{ kind: 'grace' as const, at: at(9, 'd') }];
  const ending = [{ kind: 'expires' as const, at: at(2, 'd') }];
  for (const state of licenseStates) {
    for (const kind of [...rightKinds, null]) {
      for (const mode of [...modes, null]) {
        for (const warnings of [[], grace, ending]) {
          for (const reason of [null, problem('read-only'), problem('clock-suspect')]) {
            const view = { state, kind, warnings, problem: reason };
            const story = storyOf(view, mode);
            expect(means[story], story).toBeTypeOf('string');
            expect(next[story], story).toBeTypeOf('string');
            expect(next[story]?.includes('{{'), story).toBe(!isTimeless(story));
            expect(words[stateWordOf(view, mode)]).toBeTypeOf('string');
          }
        }
      }
      for (const warnings of [[], grace, ending])
        expect(toneOf({ state, permit: 'full', warnings })).toMatch(/^(ok|busy|warn|stop|idle)$/);
    }
  }
});

test('what ends is told by what comes then: days of grace, their end, or a renewal that one contact brings', () => {
  const ending = { ...standaloneView, state: 'expiring' as const, expiresAt: at(6, 'd'), until: at(20, 'd') };
  expect(storyOf(ending, 'standalone')).toBe('expiring-license');
  expect(nextInstant(ending)).toBe(at(6, 'd'));
  const grace = {
    ...ending,
    expiresAt: at(-5, 'd'),
    until: at(9, 'd'),
    warnings: [{ kind: 'grace' as const, at: at(9, 'd') }],
    problem: problem('file-expired'),
  };
  expect(storyOf(grace, 'standalone')).toBe('expiring-grace');
  expect(stateWordOf(grace, 'standalone')).toBe('expired');
  expect(nextInstant(grace)).toBe(at(9, 'd'));
  expect(untoldOf(grace, 'standalone', signedInState.connection)).toEqual({ warnings: [], problem: null });
  const pass = {
    ...passView,
    state: 'expiring' as const,
    warnings: [{ kind: 'pass-ends' as const, at: at(3, 'd') }],
  };
  expect(storyOf(pass, 'cloud-signin')).toBe('expiring-offline-pass');
  expect(untoldOf(pass, 'cloud-signin', signedInState.connection).warnings).toEqual([]);
});

test('nobody is asked to sign in where there is no sign-in', () => {
  const view = { state: 'needs-identity' as const, kind: null, warnings: [], problem: null };
  expect(storyOf(view, 'standalone')).toBe('needs-license');
  expect(storyOf(view, 'cloud-signin')).toBe('needs-identity');
});

test('renewing is told like working: it is no news to anybody', () => {
  const view = { state: 'renewing' as const, kind: 'lease' as const, warnings: [], problem: null };
  expect(storyOf(view, 'cloud-signin')).toBe('active-lease');
});

test('a license tells its own end while it is well, and the permit’s end when something presses', () => {
  expect(nextInstant(standaloneView)).toBe(standaloneView.expiresAt);
  expect(nextInstant({ ...standaloneView, state: 'expiring' })).toBe(standaloneView.expiresAt);
  expect(nextInstant({ ...standaloneView, state: 'device-drift', until: at(9, 'd') })).toBe(at(9, 'd'));
  expect(nextInstant({ ...standaloneView, expiresAt: null, until: null })).toBeNull();
});

test('what is borrowed says when it nears its end and when it is over, each once', () => {
  const online = signedInState.connection;
  expect(storyOf(borrowedView, 'cloud-signin')).toBe('borrowed');
  expect(toneOf(borrowedView)).toBe('ok');
  expect(runwayOf(borrowedView, Date.parse(present))).toBeCloseTo(5 / 7);
  const ending = { ...borrowedView, warnings: [{ kind: 'expires' as const, at: at(2, 'd') }] };
  expect(storyOf(ending, 'cloud-signin')).toBe('borrowed-ending');
  expect(toneOf(ending)).toBe('warn');
  expect(untoldOf(ending, 'cloud-signin', online).warnings).toEqual([]);
  const over = {
    ...borrowedView,
    state: 'read-only' as const,
    permit: 'read-only' as const,
    until: null,
    problem: problem('read-only'),
  };
  expect(storyOf(over, 'cloud-signin')).toBe('borrow-over');
  expect(untoldOf(over, 'cloud-signin', online).problem).toBeNull();
  expect(runwayOf(over, Date.parse(present))).toBeNull();
  const doubted = { ...over, problem: problem('clock-suspect') };
  expect(storyOf(doubted, 'cloud-signin')).toBe('read-only');
  expect(untoldOf(doubted, 'cloud-signin', online).problem?.code).toBe('clock-suspect');
});

test('what is borrowed is returned before its end, not after', () => {
  expect(giveUpOf(borrowedView)).toBe('return');
  expect(giveUpOf({ ...borrowedView, state: 'clock-suspect' })).toBe('return');
  expect(giveUpOf({ ...borrowedView, state: 'read-only', permit: 'read-only' })).toBeNull();
});

test('what is lent and lets its program work can be taken along, or have its days changed', () => {
  expect(mayBorrow(leaseView)).toBe(true);
  expect(mayBorrow(borrowedView)).toBe(true);
  expect(mayBorrow({ ...leaseView, borrowDays: 0 })).toBe(false);
  expect(mayBorrow({ ...borrowedView, permit: 'read-only' })).toBe(false);
});

test('a floating lease is released, a standalone license is given back, a named pass stays', () => {
  expect(giveUpOf(leaseView)).toBe('release');
  expect(giveUpOf({ ...leaseView, permit: 'read-only' })).toBeNull();
  expect(giveUpOf(standaloneView)).toBe('give-back');
  expect(giveUpOf(passView)).toBeNull();
});

test('the way left is a share from 1 to 0, and is shown only where it says something', () => {
  const now = Date.parse(present);
  expect(runwayOf(passView, now)).toBeCloseTo(28 / 30);
  expect(runwayOf(leaseView, now)).toBeNull();
  expect(runwayOf({ ...leaseView, state: 'run-on', renewedAt: at(-45), until: at(15) }, now)).toBeCloseTo(
    0.25,
  );
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), (shift) => {
      const share = runwayOf(passView, now + shift);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }),
  );
});

test('what the state or the page above already says is not said again', () => {
  const offline = { state: 'offline' as const, since: null, problem: problem('network-timeout') };
  const view = {
    ...leaseView,
    state: 'run-on' as const,
    warnings: [
      { kind: 'run-on' as const, at: null },
      { kind: 'offline' as const, at: null },
      { kind: 'clock' as const, at: null },
    ],
    problem: problem('network-timeout'),
  };
  expect(untoldOf(view, 'cloud-signin', offline)).toEqual({
    warnings: [{ kind: 'clock', at: null }],
    problem: null,
  });
  expect(untoldOf(view, 'cloud-signin', signedInState.connection).warnings.map(({ kind }) => kind)).toEqual([
    'offline',
    'clock',
  ]);
  expect(untoldOf({ ...view, problem: problem('lease-ended') }, 'cloud-signin', offline).problem?.code).toBe(
    'lease-ended',
  );
});
