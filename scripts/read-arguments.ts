import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/**
 * What a script was asked for, by Node's own parser.
 *
 * `--help` prints `help` and ends the process with 0; what the script does not know is named on standard error, with 2.
 *
 * @param names whether it takes words beside its options
 */
export function readArguments<const O extends ParseArgsOptionsConfig>(
  help: string,
  options: O,
  names = false,
) {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(help);
    process.exit(0);
  }
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    if (!names && positionals.length > 0) throw new Error(`Unexpected argument '${positionals[0]}'`);
    return { values, positionals };
  } catch (error) {
    // Node adds how a word that begins with "-" would be passed, which no script here takes.
    const [message] = String(error instanceof Error ? error.message : error).split('. To specify');
    console.error(`${message}\n\n${help}`);
    return process.exit(2);
  }
}
