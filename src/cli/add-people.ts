import { type Command, Option } from 'commander';
import type { Contact } from '../contract/portal/people.ts';
import { languages } from '../contract/setting-values.ts';
import { type CommandBuilder, collect, needsOption, wholeNumber } from './command-builder.ts';

const stateChoices = [
  'no-access',
  'invited',
  'expired',
  'active',
  'suspended',
] as const satisfies readonly Contact['state'][];

export function addPeople(program: Command, { t, isAsked, describe, add }: CommandBuilder): void {
  if (!isAsked('people')) return;
  const people = describe(program.command('people'), 'commands.people');
  const load = () => import('./commands/people.ts');
  const person = (command: Command) => command.argument('<person>', t('arguments.person'));
  const details = (command: Command) =>
    command
      .option('--phone <phone>', t('options.phone'))
      .option('--job-title <title>', t('options.jobTitle'))
      .option('--shared', t('options.shared'))
      .option('--no-shared', t('options.notShared'))
      .option('--notifications', t('options.notifications'))
      .option('--no-notifications', t('options.noNotifications'));
  add(
    people,
    'list',
    'commands.peopleList',
    async () => (await load()).listPeople,
    (command) =>
      command
        .option('--search <text>', t('options.search'))
        .addOption(new Option('--state <state>', t('options.state')).choices(stateChoices))
        .option('--limit <count>', t('options.limit'), wholeNumber(1, 1_000_000)),
  );
  add(
    people,
    'add',
    'commands.peopleAdd',
    async () => (await load()).addPerson,
    (command) =>
      details(command.argument('<email>', t('arguments.emailOfPerson')))
        .requiredOption('--first-name <name>', t('options.firstName'))
        .requiredOption('--last-name <name>', t('options.lastName'))
        .requiredOption('--role <role>', t('options.role'))
        .option('--seat <product>', t('options.seat'), collect)
        .addOption(
          new Option('--person-language <language>', t('options.personLanguage')).choices(languages),
        ),
  );
  add(
    people,
    'edit',
    'commands.peopleEdit',
    async () => (await load()).editPerson,
    (command) =>
      needsOption(
        details(person(command))
          .option('--first-name <name>', t('options.firstName'))
          .option('--last-name <name>', t('options.lastName'))
          .option('--role <role>', t('options.role')),
      ),
  );
  add(people, 'suspend', 'commands.peopleSuspend', async () => (await load()).suspendPerson, person);
  add(people, 'reactivate', 'commands.peopleReactivate', async () => (await load()).reactivatePerson, person);
  add(people, 'delete', 'commands.peopleDelete', async () => (await load()).deletePerson, person);
  add(people, 'resend', 'commands.peopleResend', async () => (await load()).resendInvitation, person);
  add(
    people,
    'reset-password',
    'commands.peopleResetPassword',
    async () => (await load()).resetPassword,
    person,
  );
  add(people, 'roles', 'commands.peopleRoles', async () => (await load()).listRoles);
}
