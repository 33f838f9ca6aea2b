import type { Problem } from '../../../contract/client/problem.ts';
import type { AppState, LicenseView } from '../../../contract/client/state.ts';
import type { Mode } from '../../../contract/primitives.ts';

/** How a state is shown: fine, in progress, needs attention, stopped, nothing there. */
export type StateTone = 'ok' | 'busy' | 'warn' | 'stop' | 'idle';

export function toneOf({
  state,
  permit,
  warnings,
}: Pick<LicenseView, 'state' | 'permit' | 'warnings'>): StateTone {
  switch (state) {
    case 'active':
    case 'renewing':
      return 'ok';
    case 'borrowed':
      return endsSoon(warnings) ? 'warn' : 'ok';
    case 'acquiring':
    case 'queued':
      return 'busy';
    case 'expiring':
    case 'run-on':
    case 'clock-suspect':
    case 'device-drift':
      return permit === 'full' ? 'warn' : 'stop';
    case 'read-only':
    case 'revoked':
      return 'stop';
    case 'unconfigured':
    case 'needs-identity':
    case 'released':
      return 'idle';
  }
}

const endsSoon = (warnings: LicenseView['warnings']) => warnings.some(({ kind }) => kind === 'expires');

/** Which sentences tell where a license stands. */
export type StoryKey =
  | `active-${NonNullable<LicenseView['kind']>}`
  | 'expiring-license'
  | 'expiring-grace'
  | 'expiring-offline-pass'
  | 'needs-license'
  | 'borrowed-ending'
  | 'borrow-over'
  | Exclude<LicenseView['state'], 'renewing' | 'expiring'>;

/** A working license is told by what kind of right it is, one that nears its end by what comes then. */
export function storyOf(
  { state, kind, warnings, problem }: Pick<LicenseView, 'state' | 'kind' | 'warnings' | 'problem'>,
  mode: Mode | null,
): StoryKey {
  switch (state) {
    case 'active':
    case 'renewing':
      return kind === null ? 'active' : `active-${kind}`;
    case 'expiring':
      if (kind !== 'license') return 'expiring-offline-pass';
      return warnings.some((warning) => warning.kind === 'grace') ? 'expiring-grace' : 'expiring-license';
    case 'borrowed':
      return endsSoon(warnings) ? 'borrowed-ending' : state;
    case 'read-only':
      // Under a clock that is in doubt it is not known to be over.
      return kind === 'borrow' && problem?.code === 'read-only' ? 'borrow-over' : state;
    case 'needs-identity':
      // Nobody signs in there: what is missing is the license.
      return mode === 'standalone' ? 'needs-license' : state;
    default:
      return state;
  }
}

/** The state in a word or two. */
export type StateWord = Exclude<LicenseView['state'], 'renewing'> | 'expired' | 'needs-license';

export function stateWordOf(
  view: Pick<LicenseView, 'state' | 'kind' | 'warnings' | 'problem'>,
  mode: Mode | null,
): StateWord {
  const story = storyOf(view, mode);
  if (story === 'expiring-grace') return 'expired';
  if (story === 'needs-license') return story;
  return view.state === 'renewing' ? 'active' : view.state;
}

const timeless = [
  'unconfigured',
  'needs-license',
  'acquiring',
  'queued',
  'read-only',
  'borrow-over',
  'revoked',
] as const;

/** What comes next names no instant there, and is said whether or not one is known. */
export function isTimeless(story: StoryKey): story is (typeof timeless)[number] {
  return timeless.some((one) => one === story);
}

/** The instant that the sentence about what comes next names: the license's own end while it is ahead, else the end of this permit. */
export function nextInstant(
  view: Pick<LicenseView, 'state' | 'kind' | 'until' | 'expiresAt' | 'warnings' | 'problem'>,
): string | null {
  const story = storyOf(view, null);
  const itsOwnEnd = story === 'active-license' || story === 'expiring-license';
  return itsOwnEnd ? view.expiresAt : (view.until ?? view.expiresAt);
}

export type GiveUp = 'release' | 'give-back' | 'return';

/**
 * A floating lease can be released for others, and what was borrowed returned before its end; a standalone license can be given back for
 * another device; a named pass stays.
 */
export function giveUpOf({ kind, seatKind, permit, state }: LicenseView): GiveUp | null {
  if (kind === 'license') return state === 'released' ? null : 'give-back';
  if (kind === 'borrow') return permit === 'full' ? 'return' : null;
  return kind === 'lease' && seatKind === 'floating' && permit === 'full' ? 'release' : null;
}

/** What no longer lets its program work is not taken along: a loan that is over is first a license again. */
export function mayBorrow({ borrowDays, permit }: Pick<LicenseView, 'borrowDays' | 'permit'>): boolean {
  return borrowDays > 0 && permit === 'full';
}

/** Share of the way from the last renewal to the end of the permit that is still ahead, 0 to 1; null where it says nothing. */
export function runwayOf(
  { kind, state, renewedAt, until }: Pick<LicenseView, 'kind' | 'state' | 'renewedAt' | 'until'>,
  now: number,
): number | null {
  const lasting = kind === 'offline-pass' || kind === 'borrow' || state === 'run-on';
  if (!lasting || renewedAt === null || until === null) return null;
  const start = Date.parse(renewedAt);
  const end = Date.parse(until);
  return end > start ? Math.min(1, Math.max(0, (end - now) / (end - start))) : null;
}

type Said = Partial<
  Record<
    StoryKey,
    { warning?: LicenseView['warnings'][number]['kind']; problems?: readonly Problem['code'][] }
  >
>;

/** The warning and the reasons that a story's own sentences already say. */
const saidBy: Said = {
  unconfigured: { problems: ['not-configured'] },
  'needs-identity': { problems: ['not-signed-in'] },
  'needs-license': { problems: ['not-licensed'] },
  'run-on': { warning: 'run-on' },
  'expiring-license': { warning: 'expires' },
  'expiring-grace': { warning: 'grace', problems: ['file-expired'] },
  'expiring-offline-pass': { warning: 'pass-ends' },
  'borrowed-ending': { warning: 'expires' },
  'borrow-over': { problems: ['read-only'] },
  'read-only': { problems: ['read-only'] },
  'clock-suspect': { warning: 'clock', problems: ['clock-suspect'] },
  'device-drift': { warning: 'device', problems: ['device-drift'] },
};

/**
 * Warnings and problem that nothing else on the page says yet: the story tells its own, and what keeps the portal out of reach stands
 * above all licenses.
 */
export function untoldOf(
  view: Pick<LicenseView, 'state' | 'kind' | 'warnings' | 'problem'>,
  mode: Mode | null,
  connection: AppState['connection'],
): Pick<LicenseView, 'warnings' | 'problem'> {
  const { warning, problems = [] } = saidBy[storyOf(view, mode)] ?? {};
  const offline = connection.state === 'offline';
  const above = offline ? (connection.problem?.code ?? 'network-offline') : null;
  const code = view.problem?.code;
  return {
    warnings: view.warnings.filter(({ kind }) => kind !== warning && !(offline && kind === 'offline')),
    problem: code === above || problems.some((said) => said === code) ? null : view.problem,
  };
}
