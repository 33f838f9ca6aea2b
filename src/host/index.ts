import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };
import en from '../../resources/locales/en/shell.json' with { type: 'json' };
import es from '../../resources/locales/es/shell.json' with { type: 'json' };
import pt from '../../resources/locales/pt/shell.json' with { type: 'json' };
import { AldabaError } from '../contract/errors.ts';
import { rootKeys } from '../contract/root-keys.ts';
import { profileOf } from '../core/shell/surroundings.ts';
import { createTranslate, languageOf } from '../core/shell/texts.ts';
import { createDesktop } from './desktop.ts';
import { runHost } from './run-host.ts';

// electron-store asks for the package `electron`, which in plain Node would fetch its binary.
process.env.ELECTRON_OVERRIDE_DIST_PATH ??= '/nonexistent';
declare const __ALDABA_ROOT_KEYS__: string | undefined;

const { environment, options } = { environment: process.env, options: readOptions() };
const language = languageOf(
  options.language,
  environment.ALDABA_LANGUAGE,
  environment.LC_ALL,
  environment.LANG,
);
const t = createTranslate(language, { es, en, pt }[language]);
const say = (text: string) => void process.stderr.write(`${text}\n`);
const ended = Promise.withResolvers<void>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.resolve());

try {
  const running = await runHost({
    surroundings: {
      environment,
      profile: profileOf(options.profile, environment, process.cwd()),
      settings: options.set,
    },
    page: join(import.meta.dirname, '../../out/renderer'),
    port: options.port,
    open: options.open,
    version: manifest.version,
    rootKeys: rootKeys(
      typeof __ALDABA_ROOT_KEYS__ === 'string' ? undefined : environment.ALDABA_DEVELOPMENT_ROOT,
    ),
    desktop: createDesktop(process.platform, environment),
    t,
    say,
    asked: ended.resolve,
  });
  const { link, address, pid, own } = running;
  if (options.json) process.stdout.write(`${JSON.stringify({ event: 'ready', link, address, pid, own })}\n`);
  else {
    say(own ? t('host.open') : t('host.again', { pid }));
    process.stdout.write(`ready ${link}\n`);
  }
  if (own) await ended.promise;
  await running.stop();
} catch (error) {
  process.exitCode = explain(error);
}

/** Port, profile and the like. A wrong one ends the process with 2. */
function readOptions() {
  try {
    const { values } = parseArgs({
      allowNegative: true,
      options: {
        port: { type: 'string', default: '0' },
        open: { type: 'boolean', default: true },
        profile: { type: 'string' },
        language: { type: 'string' },
        json: { type: 'boolean', default: false },
        set: { type: 'string', multiple: true, default: [] },
      },
    });
    const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : 65_536;
    if (port > 65_535) throw new Error(`--port ${values.port}`);
    return { ...values, port };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return process.exit(2);
  }
}

function explain(error: unknown): number {
  const fault = error instanceof Error && 'code' in error ? error.code : null;
  if (fault === 'EADDRINUSE') say(t('host.portInUse', { port: options.port }));
  else if (fault === 'EACCES') say(t('host.portRefused', { port: options.port }));
  else if (error instanceof AldabaError && error.code === 'already-running') say(t('host.alreadyRunning'));
  else say(t('host.failed', { message: error instanceof Error ? error.message : String(error) }));
  return 1;
}
