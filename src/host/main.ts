import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };
import en from '../../resources/locales/en/shell.json' with { type: 'json' };
import es from '../../resources/locales/es/shell.json' with { type: 'json' };
import pt from '../../resources/locales/pt/shell.json' with { type: 'json' };
import { AldabaError } from '../contract/errors.ts';
import type { Language } from '../contract/primitives.ts';
import { rootKeys } from '../contract/root-keys.ts';
import { createSystemClock } from '../core/adapters/system-clock.ts';
import { endProcess } from '../core/shell/end-process.ts';
import { profileOf } from '../core/shell/surroundings.ts';
import { createTranslate, languageOf, type Translate } from '../core/shell/texts.ts';
import { createDesktop } from './desktop.ts';
import { runHost } from './run-host.ts';

declare const __ALDABA_ROOT_KEYS__: string | undefined;

type Environment = Readonly<Record<string, string | undefined>>;
type Options = NonNullable<ReturnType<typeof readOptions>>;

/** The program: serves until it is asked to end. One line on standard output says that it can be used, everything else goes to standard error. */
export async function main(environment: Environment, argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  if (options === null) {
    process.exitCode = 2;
    return;
  }
  const language = languageOf(
    options.language,
    environment.ALDABA_LANGUAGE,
    environment.LC_ALL,
    environment.LANG,
  );
  const t = translations[language];
  try {
    await serve(environment, options, language);
  } catch (error) {
    say(explain(error, options, t));
    process.exitCode = 1;
  }
}

const translations = {
  es: createTranslate('es', es),
  en: createTranslate('en', en),
  pt: createTranslate('pt', pt),
} satisfies Record<Language, Translate<typeof es>>;

async function serve(environment: Environment, options: Options, language: Language): Promise<void> {
  const t = translations[language];
  const ended = Promise.withResolvers<void>();
  // SIGHUP: the terminal was closed, or the connection to the machine.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ended.resolve());
  const { link, address, pid, own, stop } = await runHost({
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
    clock: createSystemClock(),
    language,
    translations,
    say,
    asked: ended.resolve,
  });
  if (options.json) process.stdout.write(`${JSON.stringify({ event: 'ready', link, address, pid, own })}\n`);
  else {
    say(own ? t('host.open') : t('host.again', { pid }));
    process.stdout.write(`ready ${link}\n`);
  }
  if (own) await ended.promise;
  await stop();
  endProcess();
}

/** Port, profile and the like; null when one of them is wrong, which was said. */
function readOptions(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
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
    say(error instanceof Error ? error.message : String(error));
    return null;
  }
}

function explain(error: unknown, { port }: Options, t: Translate<typeof es>): string {
  const fault = error instanceof Error && 'code' in error ? error.code : null;
  if (fault === 'EADDRINUSE') return t('host.portInUse', { port });
  if (fault === 'EACCES') return t('host.portRefused', { port });
  if (error instanceof AldabaError && error.code === 'already-running') return t('host.alreadyRunning');
  return t('host.failed', { message: error instanceof Error ? error.message : String(error) });
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
