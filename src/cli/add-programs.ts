import { type Command, Option } from 'commander';
import type { platforms } from '../contract/primitives.ts';
import type { CommandBuilder } from './command-builder.ts';

const platformChoices = ['windows', 'macos', 'linux'] as const satisfies typeof platforms;

export function addPrograms(program: Command, { t, isAsked, describe, add }: CommandBuilder): void {
  if (!isAsked('programs')) return;
  const programs = describe(program.command('programs'), 'commands.programs');
  const load = () => import('./commands/programs.ts');
  add(
    programs,
    'list',
    'commands.programsList',
    async () => (await load()).listPrograms,
    (command) =>
      command.addOption(new Option('--platform <platform>', t('options.platform')).choices(platformChoices)),
  );
  add(
    programs,
    'download',
    'commands.programsDownload',
    async () => (await load()).downloadProgram,
    (command) => command.argument('<release>', t('arguments.release')),
  );
}
