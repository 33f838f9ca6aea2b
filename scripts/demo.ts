import { runDemonstration } from './demo/run-demonstration.ts';
import { readArguments } from './read-arguments.ts';

const help = `npm run demo [-- --json]

The main job with nobody at the keyboard, in separate processes over real sockets, real mail and a real database:
a portal, a client without a window, and two programs in two languages.

  --json   the last line is {"ok","signIns","programs","seconds"}; what went wrong is in "error"
Exit code: 0 when every step happened, 1 when one did not.`;

const { values } = readArguments(help, { json: { type: 'boolean', default: false } });

const start = performance.now();
const seconds = () => Number(((performance.now() - start) / 1000).toFixed(1));
const say = (sentence: string) => console.log(`${seconds().toFixed(1).padStart(6)} s  ${sentence}`);

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());

let result: { signIns: number; programs: number } | undefined;
let error: string | undefined;
try {
  result = await runDemonstration({ say, signal: ending.signal });
} catch (caught) {
  error = caught instanceof Error ? caught.message : String(caught);
}
const ok = result !== undefined && result.signIns === 1 && result.programs === 2;
if (values.json)
  console.log(
    JSON.stringify({ ok, ...result, seconds: seconds(), ...(error === undefined ? {} : { error }) }),
  );
else if (error !== undefined) console.error(`\nThe demonstration stopped: ${error}`);
else console.log(`\nOne main job: ${result?.signIns} sign-in, ${result?.programs} programs, ${seconds()} s.`);
process.exit(ok ? 0 : 1);
