import { CommanderError } from 'commander';
import { createTranslate, languageOf } from '../core/shell/texts.ts';
import { commandAt } from './command-at.ts';
import type { Execute } from './command-builder.ts';
import type { Context, GlobalOptions, Outside, Result } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { loadTexts } from './texts.ts';
import { untilAborted } from './until-aborted.ts';

/** ms that a command may take to end in order when it is asked to. One whose own ending takes longer takes the signals itself. */
const endingTerm = 3000;

/**
 * Runs one command line to its end.
 *
 * @returns the exit code; everything was written
 */
export async function run(outside: Outside, version: string): Promise<number> {
  // What follows `--` belongs to the command that is run.
  const end = outside.argv.indexOf('--');
  const own = end < 0 ? outside.argv : outside.argv.slice(0, end);
  const language = languageOf(
    optionValue(own, '--language'),
    outside.environment.ALDABA_LANGUAGE,
    outside.environment.LC_ALL,
    outside.environment.LC_MESSAGES,
    outside.environment.LANG,
  );
  const t = createTranslate(language, await loadTexts(language));
  const shared = { ...outside, language, t, version };
  let code: number = exitCodes.ok;
  let unsaid = '';
  let given: GlobalOptions = {};
  const execute: Execute = async (options, work) => {
    given = options;
    const context: Context = { ...shared, options };
    if (options.set !== undefined)
      await (await import('./check-settings.ts')).checkSettings(context, options.set);
    const result = await untilAborted(shared.signal, endingTerm, work(context));
    print(context, result);
    code = result.code ?? exitCodes.ok;
  };
  const program = createProgram(shared, execute, (text) => {
    unsaid += text;
  });
  try {
    await program.parseAsync(readHere(outside.argv), { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
    const { fail } = await import('./failure.ts');
    return fail({ ...shared, options: { ...given, json: own.includes('--json') } }, error, unsaid);
  }
}

/** The portal's program reads what follows its name, options of the same names among it. */
function readHere(argv: readonly string[]): string[] {
  const at = commandAt(argv);
  return argv[at] === 'portal' ? argv.toSpliced(at + 1, 0, '--') : [...argv];
}

function print({ stdout, options }: Context, result: Result): void {
  if (result.written === true) return;
  const ok = (result.code ?? exitCodes.ok) === exitCodes.ok;
  if (options.json === true) stdout.write(`${JSON.stringify({ ok, ...result.json })}\n`);
  else if (result.text !== '') stdout.write(`${result.text}\n`);
}

/** The language must be known before anything is parsed, because what is wrong is said in it. */
function optionValue(argv: readonly string[], option: string): string | undefined {
  const at = argv.indexOf(option);
  if (at >= 0) return argv[at + 1];
  return argv.find((argument) => argument.startsWith(`${option}=`))?.slice(option.length + 1);
}
