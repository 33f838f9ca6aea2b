import { readdirSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import type { Bench, Figure } from '../test/bench/figure.ts';
import { chooseFigures } from './bench/choose-figures.ts';
import { measureFigures } from './bench/measure-figures.ts';
import { readArguments } from './read-arguments.ts';

const help = `npm run bench [-- --json] [--only NAME] [--list]

Measures the product's speed and size, each figure against a limit of the same run.
  --json        a line per figure: {"name","value","unit","limit","ratio","goal","ok"}
  --only NAME   only the figure NAME, or the figures of the file test/bench/NAME.ts
  --list        the names of the figures by file, with their goals
Exit code: 0 all goals met, 1 a goal missed, 2 usage.`;

const folder = join(import.meta.dirname, '../test/bench');
const { values } = readArguments(help, {
  json: { type: 'boolean', default: false },
  only: { type: 'string' },
  list: { type: 'boolean', default: false },
});

const benches: Record<string, Bench> = {};
for (const name of readdirSync(folder).sort())
  if (name.endsWith('.ts') && name !== 'figure.ts')
    benches[name.slice(0, -3)] = (await import(`../test/bench/${name}`)) as Bench;

const chosen = chooseFigures(benches, values.only);
if (chosen.length === 0) {
  console.error(`No figure and no file is called '${values.only}'.\n\n${list(benches)}`);
  process.exit(2);
}
if (values.list) {
  console.log(list(benches));
  process.exit(0);
}

if (!values.json) {
  console.log(
    `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), load ${loadavg()[0]?.toFixed(2)}, Node ${process.version}\n`,
  );
}
let printed = 0;
let missed = 0;
for (const { file, names } of chosen) {
  if (!values.json && values.only === undefined) console.log(`${file} ...`);
  for (const figure of await measureFigures(benches[file] as Bench, names)) {
    printed += 1;
    if (!figure.ok) missed += 1;
    console.log(values.json ? JSON.stringify(figure) : line(figure));
  }
}
if (!values.json)
  console.log(missed === 0 ? '\nEvery goal is met.' : `\n${missed} of ${printed} goals are missed.`);
process.exit(missed === 0 ? 0 : 1);

function list(of: Readonly<Record<string, Bench>>): string {
  return Object.entries(of)
    .flatMap(([file, { figures }]) => [
      file,
      ...Object.entries(figures).map(([name, { goal }]) => `  ${name.padEnd(34)} ${goal}`),
    ])
    .join('\n');
}

function line(figure: Figure): string {
  const number = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  const mark = figure.ok ? 'ok    ' : 'MISSED';
  return `  ${mark} ${figure.name.padEnd(34)} ${number(figure.value).padStart(8)} ${figure.unit.padEnd(6)} limit ${number(figure.limit).padStart(8)}  ratio ${figure.ratio.toFixed(2).padStart(6)}  ${figure.goal}`;
}
