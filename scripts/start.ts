import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { startTexts } from './start/texts.ts';

const root = resolve(import.meta.dirname, '..');
const t = startTexts(process.env);
const say = (text: string) => void process.stderr.write(`${text}\n`);
const options = readOptions();

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    // Asked twice: the person does not want to wait.
    if (ending.signal.aborted) process.exit(130);
    end();
  });
// npm passes a signal on to its shell, and the shell that dies of it tells nobody: then this process has another parent.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent && !ending.signal.aborted) end();
}, 500).unref();

function end(): void {
  say(t('start.stopping'));
  ending.abort();
}

// After the options: a wrong one is answered at once.
const { startEverything } = await import('./start/start-everything.ts');
process.exitCode = await startEverything({
  root,
  profile: resolve(options.profile ?? process.env.ALDABA_PROFILE ?? join(root, '.aldaba')),
  port: options.port,
  open: options.open,
  environment: process.env,
  signal: ending.signal,
  t,
  say,
  ready: (facts) =>
    process.stdout.write(
      options.json ? `${JSON.stringify({ event: 'ready', ...facts })}\n` : `ready ${facts.url}\n`,
    ),
});
// Whatever is left of a child's pipes is nobody's business any more.
process.exit();

function readOptions() {
  try {
    const { values } = parseArgs({
      allowNegative: true,
      options: {
        open: { type: 'boolean', default: true },
        port: { type: 'string' },
        profile: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      say(t('start.help'));
      process.exit(0);
    }
    const port =
      values.port === undefined ? null : /^\d{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN;
    if (port !== null && !(port <= 65_535)) throw new Error(`--port ${values.port}`);
    return { ...values, port };
  } catch (error) {
    say(`${error instanceof Error ? error.message : error}\n\n${t('start.help')}`);
    return process.exit(2);
  }
}
