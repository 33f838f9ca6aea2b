import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type texts from '../../resources/locales/es/shell.json';
import { AldabaError } from '../contract/errors.ts';
import type { Language } from '../contract/primitives.ts';
import type { Clock, Opener } from '../core/ports/index.ts';
import { connectToRunning } from '../core/shell/control-client.ts';
import { startClient } from '../core/shell/start-client.ts';
import { pathsOf, type Surroundings } from '../core/shell/surroundings.ts';
import { languageOf, type Translate } from '../core/shell/texts.ts';
import { createHost, type Host, type WithoutLink } from './create-host.ts';
import type { Desktop } from './desktop.ts';
import { createLaunchFiles } from './launch-files.ts';
import type { RefusalWords } from './refusal-page.ts';

export interface HostRun {
  readonly surroundings: Surroundings;
  /** Absolute path of the built window, out/renderer. */
  readonly page: string;
  readonly port: number;
  /** Open the person's browser when there is a desktop. */
  readonly open: boolean;
  readonly version: string;
  readonly rootKeys: readonly string[];
  readonly desktop: Desktop;
  readonly clock: Pick<Clock, 'setTimer'>;
  /** Of whoever started this. */
  readonly language: Language;
  readonly translations: Readonly<Record<Language, Translate<typeof texts>>>;
  /** A sentence for whoever started this. */
  readonly say: (text: string) => void;
  /** The command line of the profile wants the process to end. */
  readonly asked: () => void;
}

/** ms that a browser has to come for its page. */
const arrivalLimit = 5000;

export interface RunningHost {
  /** Opens the window once. */
  readonly link: string;
  /** Address of the page without any secret. */
  readonly address: string;
  /** Process that serves it: another one when a client of this profile ran already. */
  readonly pid: number;
  readonly own: boolean;
  stop(): Promise<void>;
}

/**
 * The client of a profile with its window served to a browser; or, when one runs already, a new link to that one.
 *
 * @throws AldabaError `already-running` when the one that runs has no page to show; Error `EADDRINUSE`
 */
export async function runHost(run: HostRun): Promise<RunningHost> {
  const other = await openOther(run);
  if (other !== null) return other;
  if (!existsSync(join(run.page, 'index.html')))
    throw new AldabaError('unavailable', `${run.page} is not built`);
  // Programs are answered before the page is served: who asks in between waits for it. null: it never came.
  const served = Promise.withResolvers<Host | null>();
  let host: Host | null = null;
  const awaited = new Map<string, ReturnType<Clock['setTimer']>>();
  /** Whether the link was awaited until now. */
  const forget = (link: string) => {
    awaited.get(link)?.cancel();
    return awaited.delete(link);
  };
  const opener: Opener = {
    async showWindow() {
      const page = await served.promise;
      if (page === null) return false;
      // A page that is open shows what waits by itself.
      if (page.windows > 0) return true;
      const link = page.createLink();
      const tell = () => {
        if (forget(link) && page.windows === 0)
          run.say(run.translations[run.language]('host.waiting', { link }));
      };
      // That a program was started for it does not say that a browser shows it.
      awaited.set(link, run.clock.setTimer(arrivalLimit, tell));
      if (!(await openLink(run, link))) tell();
      return true;
    },
    openFile: (path) => run.desktop.open(path),
    showInFolder: (path) => run.desktop.showInFolder(path),
    openExternal: async () => {
      throw new AldabaError('open-failed', 'the browser opens its own links');
    },
  };
  const files = createLaunchFiles(pathsOf(run.surroundings).runtime);
  try {
    const client = await startClient({
      surroundings: run.surroundings,
      shell: {
        name: 'host',
        client: { version: run.version, shell: 'browser' },
        opener,
        rootKeys: run.rootKeys,
      },
      actions: {
        kind: 'browser',
        version: run.version,
        address: () => host?.origin ?? null,
        open: async () => ({ link: host?.createLink() ?? null }),
        stop: run.asked,
      },
    });
    try {
      await files.clear();
      host = await createHost({
        client: client.core.router,
        page: run.page,
        port: run.port,
        refusalWords: (why, accepted) =>
          refusalWords(run, client.core.state.get().settings.language, why, accepted),
        used(link) {
          forget(link);
          files.remove(link).catch(() => undefined);
        },
        log: client.ports.log,
      });
    } catch (error) {
      served.resolve(null);
      await client.stop();
      throw error;
    }
    const { origin, createLink, close } = host;
    served.resolve(host);
    const link = createLink();
    await openLink(run, link);
    return {
      link,
      address: origin,
      pid: process.pid,
      own: true,
      async stop() {
        await close();
        await files.clear();
        await client.stop();
        for (const timer of awaited.values()) timer.cancel();
      },
    };
  } finally {
    served.resolve(null);
  }
}

/** In the language that the person chose, else the browser's, else of whoever started this. */
function refusalWords(
  { language: own, translations }: HostRun,
  chosen: Language | null,
  why: WithoutLink,
  accepted = '',
): RefusalWords {
  const language = languageOf(chosen, ...accepted.split(',').map((tag) => tag.trim()), own);
  const t = translations[language];
  return {
    language,
    title: t(`host.${why}.title`),
    means: t(`host.${why}.means`),
    next: t(`host.${why}.next`),
  };
}

/** @returns false when no browser was started: the person has to be given the link in words */
async function openLink(run: HostRun, link: string): Promise<boolean> {
  if (!run.open || !run.desktop.present) return false;
  try {
    await run.desktop.open(await createLaunchFiles(pathsOf(run.surroundings).runtime).write(link));
    return true;
  } catch {
    return false;
  }
}

async function openOther(run: HostRun): Promise<RunningHost | null> {
  const running = await connectToRunning(pathsOf(run.surroundings));
  if (running === null) return null;
  try {
    const { kind, address, pid } = await running.client.shell.info();
    if (kind !== 'browser' || address === null) {
      if (kind === 'window') await running.client.shell.open();
      throw new AldabaError('already-running', `process ${pid} (${kind}) is the client of this profile`);
    }
    const { link } = await running.client.shell.open();
    if (link === null) throw new AldabaError('already-running', `process ${pid} is still starting`);
    await openLink(run, link);
    return { link, address, pid, own: false, stop: async () => {} };
  } finally {
    running.close();
  }
}
