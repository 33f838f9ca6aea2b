import { fileURLToPath } from 'node:url';
import { readArguments } from './read-arguments.ts';
import { runProcess } from './run-tests/run-process.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = (path: string, ...args: string[]) => [process.execPath, `node_modules/${path}`, ...args];
const biome = (...args: string[]) => program('@biomejs/biome/bin/biome', ...args);

const steps: Readonly<Record<string, readonly string[]>> = {
  // Every further checker judges anew what the projects share: twice the work with four of them, and no sooner done on two cores.
  // Whole: what it remembers from before does not see a text file that changed.
  types: program('typescript/bin/tsc', '-b', '--force', '--checkers', '1'),
  lint: biome('lint', '--error-on-warnings', '.'),
  format: biome('check', '--linter-enabled=false', '--error-on-warnings', '.'),
  boundaries: [process.execPath, 'scripts/boundaries/index.ts'],
  'dead-code': program('knip/bin/knip.js', '--treat-config-hints-as-errors'),
  locales: [process.execPath, 'scripts/check-locales.ts'],
};

/** The compiler is a Go program: collecting garbage four times less often spares a fifth of its work, and the memory is there. */
const env = { ...process.env, GOGC: '400' };

const names = Object.keys(steps);
const help = `npm run check [-- STEP...] [-- --json]

Everything that can be said about the sources without running them: ${names.join(', ')}.
  --json   a line per step
Exit code: 0 only when every step is clean, 2 usage.`;

const { values, positionals } = readArguments(help, { json: { type: 'boolean', default: false } }, true);
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(', ')}. There are ${names.join(', ')}.`);
  process.exit(2);
}

const chosen = Object.entries(steps).filter(
  ([name]) => positionals.length === 0 || positionals.includes(name),
);
const results = await Promise.all(
  chosen.map(async ([name, command]) => {
    const started = performance.now();
    const { code, output } = await runProcess(command, { cwd: root, env });
    return { name, ok: code === 0, seconds: (performance.now() - started) / 1000, output };
  }),
);

if (values.json) {
  console.log(JSON.stringify({ steps: results }));
} else {
  for (const { ok, output } of results) if (!ok) console.log(`${output.trim()}\n`);
  for (const { name, ok, seconds } of results) {
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(12)} ${seconds.toFixed(1).padStart(5)} s`);
  }
}
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
