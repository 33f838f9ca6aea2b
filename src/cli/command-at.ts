/** Options of this command line whose value is the next argument. */
const withValue = ['--profile', '--language', '--set'];

/** Where the command's name stands: the first argument that is no option and no option's value. -1 without one. */
export function commandAt(argv: readonly string[]): number {
  return argv.findIndex((argument, at) => {
    return !argument.startsWith('-') && !withValue.includes(argv[at - 1] ?? '');
  });
}
