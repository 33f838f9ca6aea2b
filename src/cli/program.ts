import { Command, InvalidArgumentError, Option } from 'commander';
import type { Contact } from '../contract/portal/people.ts';
import type { languages, Mode, platforms } from '../contract/primitives.ts';
import type { CliKey, Context, GlobalOptions, Result } from './context.ts';

/** Runs a command with the options that every command has, and writes its result. */
export type Execute = (options: GlobalOptions, work: (context: Context) => Promise<Result>) => Promise<void>;
type Work<O> = (context: Context, args: string[], options: O) => Promise<Result>;

/** The contract's values; written out, so that showing the help loads no schema. */
const modeChoices = ['cloud-signin', 'cloud-key', 'standalone'] as const satisfies readonly Mode[];
const platformChoices = ['windows', 'macos', 'linux'] as const satisfies typeof platforms;
const languageChoices = ['es', 'en', 'pt'] as const satisfies typeof languages;
const stateChoices = [
  'no-access',
  'invited',
  'expired',
  'active',
  'suspended',
] as const satisfies readonly Contact['state'][];

const titles: Readonly<Record<string, CliKey>> = {
  'Usage:': 'help.usage',
  'Arguments:': 'help.arguments',
  'Options:': 'help.options',
  'Global Options:': 'help.globalOptions',
  'Commands:': 'help.commands',
};

/**
 * The command line: names, options and help. What a command does is in commands/, loaded when it runs. Only what is asked for is made, because
 * making all is a twelfth of what a quick command computes; a help text, or a word that is no command, has all of them.
 *
 * @param writeErr gets what Commander would say; what was wrong is said once, by the caller, in the person's language
 */
export function createProgram(
  shared: Omit<Context, 'options'>,
  execute: Execute,
  writeErr: (text: string) => void,
  whole = asksForHelp(shared.argv),
): Command {
  const { t, argv } = shared;
  const isAsked = (name: string) => whole || argv.includes(name);

  function describe(command: Command, about: CliKey): Command {
    return command
      .description(t(about))
      .helpOption('-h, --help', t('help.help'))
      .helpCommand(false)
      .configureHelp({
        showGlobalOptions: true,
        styleTitle: (title) => t(titles[title] ?? 'help.usage'),
        // Commander would add its own words; the texts name the choices themselves.
        optionDescription: (option) => option.description,
      });
  }

  /** Adds a command whose work is loaded when it is the one that runs. */
  function add<O extends object>(
    parent: Command,
    name: string,
    about: CliKey,
    load: () => Promise<Work<O>>,
    shape: (command: Command) => Command = (command) => command,
  ): void {
    if (parent === program && !isAsked(name)) return;
    const command = shape(describe(parent.command(name), about));
    command.action((...given: unknown[]) => {
      const options: GlobalOptions & O = command.optsWithGlobals();
      // Commander passes each argument, then the options, then the command.
      const args = given.slice(0, -2).flat() as string[];
      return execute(options, async (context) => (await load())(context, args, options));
    });
  }

  const program = describe(new Command('aldaba'), 'help.about')
    .version(shared.version, '-V, --version', t('help.version'))
    .option('--json', t('help.json'))
    .option('--profile <folder>', t('help.profile'))
    .addOption(new Option('--language <language>', t('help.language')).choices(languageChoices))
    .option('--set <name=value>', t('help.set'), collect)
    .addHelpText('after', `\n${t('help.exitCodes')}`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void shared.stdout.write(text),
      writeErr,
    });

  const product = (command: Command) => command.argument('<product>', t('arguments.product'));
  const portal = (command: Command) => command.option('--portal <address>', t('options.portalAddress'));
  const out = (command: Command) => command.option('--out <file>', t('options.out'));

  add(
    program,
    'setup',
    'commands.setup',
    async () => (await import('./commands/setup.ts')).setup,
    (command) =>
      portal(command)
        .addOption(new Option('--mode <mode>', t('options.mode')).choices(modeChoices))
        .option('--key', t('options.key')),
  );
  add(
    program,
    'sign-in',
    'commands.signIn',
    async () => (await import('./commands/session.ts')).signIn,
    (command) =>
      portal(command)
        .option('--email <email>', t('options.email'))
        .option('--account <account>', t('options.account')),
  );
  add(program, 'sign-out', 'commands.signOut', async () => (await import('./commands/session.ts')).signOut);
  add(program, 'status', 'commands.status', async () => (await import('./commands/status.ts')).status);

  addPrograms();
  add(
    program,
    'acquire',
    'commands.acquire',
    async () => (await import('./commands/acquire.ts')).acquire,
    (command) =>
      product(command)
        .argument('[command...]', t('arguments.command'))
        .option('--product-version <version>', t('options.productVersion'), '1')
        .option('--feature <feature>', t('options.feature'), collect)
        .option('--no-question', t('options.noQuestion')),
  );
  add(
    program,
    'release',
    'commands.release',
    async () => (await import('./commands/licenses.ts')).release,
    product,
  );
  add(
    program,
    'return',
    'commands.return',
    async () => (await import('./commands/licenses.ts')).giveBack,
    (command) => out(product(command)),
  );
  add(
    program,
    'request-file',
    'commands.requestFile',
    async () => (await import('./commands/files.ts')).requestFile,
    out,
  );
  add(
    program,
    'import-file',
    'commands.importFile',
    async () => (await import('./commands/files.ts')).importFile,
    (command) => command.argument('<file>', t('arguments.file')),
  );

  addPeople();
  addSeats();

  add(
    program,
    'doctor',
    'commands.doctor',
    async () => (await import('./commands/doctor.ts')).doctor,
    (command) => command.option('--reset-device', t('options.resetDevice')),
  );
  add(
    program,
    'agent',
    'commands.agent',
    async () => (await import('./commands/agent.ts')).agent,
    (command) => command.option('--no-wait', t('options.noWait')),
  );
  add(
    program,
    'serve',
    'commands.serve',
    async () => (await import('./commands/serve.ts')).serve,
    (command) =>
      command
        .option('--port <port>', t('options.port'), wholeNumber(0, 65_535))
        .option('--no-open', t('options.noOpen')),
  );
  add(
    program,
    'portal',
    'commands.portal',
    async () => (await import('./commands/serve.ts')).portal,
    // The portal has options of its own.
    (command) => command.argument('[options...]').allowUnknownOption().helpOption(false),
  );
  return whole || program.commands.length > 0 ? program : createProgram(shared, execute, writeErr, true);

  function addPrograms(): void {
    if (!isAsked('programs')) return;
    const programs = describe(program.command('programs'), 'commands.programs');
    add(
      programs,
      'list',
      'commands.programsList',
      async () => (await import('./commands/programs.ts')).listPrograms,
      (command) =>
        command.addOption(
          new Option('--platform <platform>', t('options.platform')).choices(platformChoices),
        ),
    );
    add(
      programs,
      'download',
      'commands.programsDownload',
      async () => (await import('./commands/programs.ts')).downloadProgram,
      (command) => command.argument('<release>', t('arguments.release')),
    );
  }

  function addPeople(): void {
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
            new Option('--person-language <language>', t('options.personLanguage')).choices(languageChoices),
          ),
    );
    add(
      people,
      'edit',
      'commands.peopleEdit',
      async () => (await load()).editPerson,
      (command) =>
        details(person(command))
          .option('--first-name <name>', t('options.firstName'))
          .option('--last-name <name>', t('options.lastName'))
          .option('--role <role>', t('options.role')),
    );
    add(people, 'suspend', 'commands.peopleSuspend', async () => (await load()).suspendPerson, person);
    add(
      people,
      'reactivate',
      'commands.peopleReactivate',
      async () => (await load()).reactivatePerson,
      person,
    );
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

  function addSeats(): void {
    if (!isAsked('seats')) return;
    const seats = describe(program.command('seats'), 'commands.seats');
    const load = () => import('./commands/seats.ts');
    const both = (command: Command) => product(command).argument('<person>', t('arguments.person'));
    add(seats, 'list', 'commands.seatsList', async () => (await load()).listSeats);
    add(seats, 'assign', 'commands.seatsAssign', async () => (await load()).assignSeat, both);
    add(seats, 'withdraw', 'commands.seatsWithdraw', async () => (await load()).withdrawSeat, both);
  }
}

function asksForHelp(argv: readonly string[]): boolean {
  return argv.includes('--help') || argv.includes('-h') || argv.every((word) => word.startsWith('-'));
}

function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError('');
  };
}
