import type { AppState, LicenseView } from '../../../contract/client/state.ts';

/** How a state is shown: fine, in progress, needs attention, stopped, nothing there. */
export type StateTone = 'ok' | 'busy' | 'warn' | 'stop' | 'idle';

export function toneOf({ state, permit }: Pick<LicenseView, 'state' | 'permit'>): StateTone {
  switch (state) {
    case 'active':
    case 'borrowed':
    case 'renewing':
      return 'ok';
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

/** Kinds of right whose sentence differs while all is well. */
export type StoryKey =
  | `active-${NonNullable<LicenseView['kind']>}`
  | Exclude<LicenseView['state'], 'renewing'>;

/** Which sentences tell where the license stands: a working one is told by what kind of right it is. */
export function storyOf({ state, kind }: Pick<LicenseView, 'state' | 'kind'>): StoryKey {
  if (state !== 'active' && state !== 'renewing') return state;
  return kind === null ? 'active' : `active-${kind}`;
}

/** The instant that the sentence about what comes next names: the right's own end for one that nears it, else the end of this permit. */
export function nextInstant(
  view: Pick<LicenseView, 'state' | 'kind' | 'until' | 'expiresAt'>,
): string | null {
  const itsOwnEnd = view.state === 'expiring' || (view.state === 'active' && view.kind === 'license');
  return itsOwnEnd ? view.expiresAt : (view.until ?? view.expiresAt);
}

export type GiveUp = 'release' | 'give-back' | null;

/** A floating lease can be released for others; a standalone license can be given back for another device; a named pass stays. */
export function giveUpOf({ kind, seatKind, permit, state }: LicenseView): GiveUp {
  if (kind === 'license') return state === 'released' ? null : 'give-back';
  return kind === 'lease' && seatKind === 'floating' && permit === 'full' ? 'release' : null;
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

/** A warning that the state's own sentence already says. */
const saidBy: Partial<Record<LicenseView['state'], LicenseView['warnings'][number]['kind']>> = {
  'run-on': 'run-on',
  expiring: 'expires',
  'clock-suspect': 'clock',
  'device-drift': 'device',
};

/**
 * Warnings and problem that nothing else on the page says yet: the state tells its own, and what keeps the portal out of reach stands
 * above all licenses.
 */
export function untoldOf(
  { state, warnings, problem }: Pick<LicenseView, 'state' | 'warnings' | 'problem'>,
  connection: AppState['connection'],
): Pick<LicenseView, 'warnings' | 'problem'> {
  const offline = connection.state === 'offline';
  return {
    warnings: warnings.filter(({ kind }) => kind !== saidBy[state] && !(offline && kind === 'offline')),
    problem: offline && problem?.code === (connection.problem?.code ?? 'network-offline') ? null : problem,
  };
}
