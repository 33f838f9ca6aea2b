import { readdirSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import type { Bench, Figure } from '../test/bench/figure.ts';
import { readArguments } from './read-arguments.ts';

const help = `npm run bench [-- --json] [--only NAME] [--list]

Measures the product's speed and size, each figure against a limit of the same run.
  --json        a line per figure: {"name","value","unit","limit","ratio","goal","ok"}
  --only NAME   only the figures of the file NAME (test/bench/NAME.ts), or the one figure NAME
  --list        names of the files
Exit code: 0 all goals met, 1 a goal missed, 2 usage.`;

const folder = join(import.meta.dirname, '../test/bench');
const { values } = readArguments(help, {
  json: { type: 'boolean', default: false },
  only: { type: 'string' },
  list: { type: 'boolean', default: false },
});
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'figure.ts')
  .map((file) => file.slice(0, -3))
  .sort();

if (values.list) {
  console.log(names.join('\n'));
  process.exit(0);
}

if (!values.json) {
  console.log(
    `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), load ${loadavg()[0]?.toFixed(2)}, Node ${process.version}\n`,
  );
}
const only = values.only;
const chosen = only && names.includes(only) ? [only] : names;
let printed = 0;
let missed = 0;
for (const name of chosen) {
  const { run } = (await import(`../test/bench/${name}.ts`)) as { run: Bench };
  if (!values.json && !only) console.log(`${name} ...`);
  for (const figure of await run({ json: values.json })) {
    if (only && chosen.length > 1 && figure.name !== only) continue;
    printed += 1;
    if (!figure.ok) missed += 1;
    console.log(values.json ? JSON.stringify(figure) : line(figure));
  }
}
if (printed === 0) {
  console.error(`No figure is called "${only}". Files: ${names.join(', ')}`);
  process.exit(2);
}
if (!values.json)
  console.log(missed === 0 ? '\nEvery goal is met.' : `\n${missed} of ${printed} goals are missed.`);
process.exit(missed === 0 ? 0 : 1);

function line(figure: Figure): string {
  const number = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  const mark = figure.ok ? 'ok    ' : 'MISSED';
  return `  ${mark} ${figure.name.padEnd(34)} ${number(figure.value).padStart(8)} ${figure.unit.padEnd(6)} limit ${number(figure.limit).padStart(8)}  ratio ${figure.ratio.toFixed(2).padStart(6)}  ${figure.goal}`;
}
