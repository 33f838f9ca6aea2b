import { type Command, InvalidArgumentError } from 'commander';
import { type CliKey, type Context, type GlobalOptions, type Result, UsageError } from './context.ts';

/** Runs a command with the options that every command has, and writes its result. */
export type Execute = (options: GlobalOptions, work: (context: Context) => Promise<Result>) => Promise<void>;
type Work<O> = (context: Context, args: string[], options: O) => Promise<Result>;

/** What the parts of the command line are made with. */
export interface CommandBuilder {
  readonly t: Context['t'];
  /** False: nobody asked for the command, so that it need not be made. */
  isAsked(name: string): boolean;
  describe(command: Command, about: CliKey): Command;
  /** Adds a command whose work is loaded when it is the one that runs. One of the first level that nobody asked for is not made. */
  add<O extends object>(
    parent: Command,
    name: string,
    about: CliKey,
    load: () => Promise<Work<O>>,
    shape?: (command: Command) => Command,
  ): void;
  product(command: Command): Command;
}

const titles: Readonly<Record<string, CliKey>> = {
  'Usage:': 'help.usage',
  'Arguments:': 'help.arguments',
  'Options:': 'help.options',
  'Global Options:': 'help.globalOptions',
  'Commands:': 'help.commands',
};

export function createCommandBuilder(
  t: Context['t'],
  execute: Execute,
  isAsked: (name: string) => boolean,
): CommandBuilder {
  const inWords = (names: string) => valueNames(names, t);
  const termInWords = (term: string) => term.replace(/[<[][a-z=.]+[>\]]/g, inWords);
  const builder: CommandBuilder = {
    t,
    isAsked,
    describe(command, about) {
      return command
        .description(t(about))
        .helpOption('-h, --help', t('help.help'))
        .helpCommand(false)
        .configureHelp({
          showGlobalOptions: true,
          styleTitle: (title) => t(titles[title] ?? 'help.usage'),
          styleUsage: termInWords,
          styleSubcommandTerm: termInWords,
          styleOptionTerm: termInWords,
          styleArgumentTerm: inWords,
          // Commander would add its own words; the texts name the choices themselves.
          optionDescription: (option) => option.description,
        });
    },
    add<O extends object>(
      parent: Command,
      name: string,
      about: CliKey,
      load: () => Promise<Work<O>>,
      shape: (command: Command) => Command = (command) => command,
    ) {
      if (parent.parent === null && !isAsked(name)) return;
      const command = shape(builder.describe(parent.command(name), about));
      command.action((...given: unknown[]) => {
        const options: GlobalOptions & O = command.optsWithGlobals();
        // Commander passes each argument, then the options, then the command.
        const args = given.slice(0, -2).flat().map(String);
        return execute(options, async (context) => (await load())(context, args, options));
      });
    },
    product: (command) => command.argument('<product>', t('arguments.product')),
  };
  return builder;
}

/** For a command that changes what its own options say: without any it would do nothing, and is a wrong use. */
export function needsOption(command: Command): Command {
  return command.hook('preAction', () => {
    const { options } = command;
    if (options.some((option) => command.getOptionValueSource(option.attributeName()) !== undefined)) return;
    throw new UsageError(
      'usage.noChange',
      {},
      options.map(({ long }) => `  ${long}`),
    );
  });
}

export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`Allowed range is ${minimum} to ${maximum}.`);
  };
}

/** The names of a command's values as its readers say them: `product`, `name=value`. Throws for a name that has no word. */
export function valueNames(names: string, t: Context['t']): string {
  return names.replace(/[a-z]+/g, (name) => t(`help.words.${name}` as CliKey));
}
