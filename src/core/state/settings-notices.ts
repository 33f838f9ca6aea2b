import { basename } from 'node:path';
import type { AppState } from '../../contract/client/state.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Ports } from '../ports/index.ts';
import type { SettingsProblem } from '../ports/settings.ts';

/** Each source is mended by somebody else, in another way. */
const codeOf: Readonly<Record<SettingsProblem['source'], ErrorCode>> = {
  user: 'settings-corrupt',
  policy: 'policy-invalid',
  environment: 'variable-invalid',
  'command-line': 'option-invalid',
};

function idOf({ source, file, field }: SettingsProblem): string {
  return `settings-corrupt:${source}:${field ?? '*'}:${file === null ? '' : basename(file)}`;
}

/** What of the settings could not be understood or read, and where it is now. */
export function settingsNotices({ settings, clock }: Pick<Ports, 'settings' | 'clock'>): AppState['notices'] {
  const at = new Date(clock.now()).toISOString();
  return settings.problems.map((problem) => ({
    id: idOf(problem),
    level: 'warning',
    code: problem.unreadable === true ? 'file-unreadable' : codeOf[problem.source],
    data: {
      ...(problem.file === null ? {} : { file: problem.file }),
      ...(problem.field === null ? {} : { field: problem.field }),
    },
    at,
  }));
}

/** A notice that the person dismissed: the next start does not name it either, where that is in their hands. */
export async function acknowledgeNotice(settings: Ports['settings'], id: string): Promise<void> {
  const problem = settings.problems.find((known) => idOf(known) === id);
  if (problem !== undefined) await settings.acknowledge(problem);
}
