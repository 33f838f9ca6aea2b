import type { Command } from 'commander';
import { AldabaError } from '../../contract/errors.ts';
import type { Operator } from './operator.ts';
import { Refusal } from './refusal.ts';

/** Opens what commands work with and closes it after the work. */
export type WithOperator = <T>(
  options: { readonly data?: string },
  work: (operator: Operator) => Promise<T>,
) => Promise<T>;

/** What a command says: to scripts and to people. */
interface Answer {
  readonly json: object;
  readonly text: string;
}

/** Options that every command has. */
export interface Common {
  readonly data?: string;
  readonly json?: boolean;
}

/** What the commands of the operator are made with. */
export interface CommandBuilder {
  /** The word that stands before some commands. */
  group(word: string, about: string): Command;
  /** A command, to which its own options are added. What `work` throws as a refusal is said, with exit code 6. */
  command<Options extends Common, Args extends string[]>(
    parent: Command,
    synopsis: string,
    about: string,
    work: (operator: Operator, options: Options, ...args: Args) => Promise<Answer>,
  ): Command;
}

/** @param fault what a fault of ours is written with */
export function createCommandBuilder(
  program: Command,
  withOperator: WithOperator,
  fault: (error: unknown) => void,
): CommandBuilder {
  function group(word: string, about: string): Command {
    return program.command(word).description(about).exitOverride(usage);
  }

  function command<Options extends Common, Args extends string[]>(
    parent: Command,
    synopsis: string,
    about: string,
    work: (operator: Operator, options: Options, ...args: Args) => Promise<Answer>,
  ): Command {
    return parent
      .command(synopsis)
      .description(about)
      .option('--data <folder>', 'folder of the embedded database and the keys, as DATA_DIR')
      .option('--json', 'print one JSON object')
      .allowExcessArguments(false)
      .action(async (...given: unknown[]) => {
        const args = given.slice(0, -2) as Args;
        const options = given.at(-2) as Options;
        try {
          const answer = await withOperator(options, (operator) => work(operator, options, ...args));
          process.stdout.write(options.json ? `${JSON.stringify(answer.json)}\n` : `${answer.text}\n`);
        } catch (error) {
          if (!(error instanceof Refusal || error instanceof AldabaError)) return fault(error);
          process.stderr.write(`${error.message}\n`);
          process.exitCode = 6;
        }
      });
  }

  return { group, command };
}

/** Help and what commander refuses: usage is 2, as in the client's command line. */
function usage({ exitCode }: { exitCode: number }): never {
  process.exit(exitCode === 0 ? 0 : 2);
}
