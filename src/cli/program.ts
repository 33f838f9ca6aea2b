import { Command, Option } from 'commander';
import type { borrowDays } from '../contract/documents.ts';
import { languages, modes } from '../contract/setting-values.ts';
import { addPeople } from './add-people.ts';
import { addPrograms } from './add-programs.ts';
import { addSeats } from './add-seats.ts';
import { collect, createCommandBuilder, type Execute, wholeNumber } from './command-builder.ts';
import type { Context } from './context.ts';

/** A week, in minutes. */
const mostWaiting = 10_080;
/** The contract's values; written out, so that showing the help loads no schema. */
const lent = { usual: 7, most: 30 } as const satisfies Partial<typeof borrowDays>;

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
  const builder = createCommandBuilder(t, execute, (name) => whole || argv.includes(name));
  const { describe, add, product } = builder;
  const program = describe(new Command('aldaba'), 'help.about')
    .version(shared.version, '-V, --version', t('help.version'))
    .option('--json', t('help.json'))
    .option('--profile <folder>', t('help.profile'))
    .addOption(new Option('--language <language>', t('help.language')).choices(languages))
    .option('--set <name=value>', t('help.set'), collect)
    .addHelpText('after', `\n${t('help.exitCodes')}`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void shared.stdout.write(text),
      writeErr,
    });

  const portal = (command: Command) => command.option('--portal <address>', t('options.portalAddress'));
  const use = (command: Command) =>
    command
      .option('--product-version <version>', t('options.productVersion'), '1')
      .option('--feature <feature>', t('options.feature'), collect)
      .option('--no-question', t('options.noQuestion'))
      .option('--wait <minutes>', t('options.wait'), wholeNumber(1, mostWaiting));
  const out = (command: Command) => command.option('--out <file>', t('options.out'));

  add(
    program,
    'setup',
    'commands.setup',
    async () => (await import('./commands/setup.ts')).setup,
    (command) =>
      portal(command)
        .addOption(new Option('--mode <mode>', t('options.mode')).choices(modes))
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

  addPrograms(program, builder);
  add(
    program,
    'acquire',
    'commands.acquire',
    async () => (await import('./commands/acquire.ts')).acquire,
    (command) => use(product(command).argument('[command...]', t('arguments.command'))),
  );
  add(
    program,
    'borrow',
    'commands.borrow',
    async () => (await import('./commands/borrow.ts')).borrow,
    (command) =>
      use(
        product(command).option(
          '--days <days>',
          t('options.days', lent),
          wholeNumber(1, lent.most),
          lent.usual,
        ),
      ),
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

  addPeople(program, builder);
  addSeats(program, builder);

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
    (command) => command.argument('[options...]'),
  );
  return whole || program.commands.length > 0 ? program : createProgram(shared, execute, writeErr, true);
}

function asksForHelp(argv: readonly string[]): boolean {
  return argv.includes('--help') || argv.includes('-h') || argv.every((word) => word.startsWith('-'));
}
