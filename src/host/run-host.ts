import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type texts from '../../resources/locales/es/shell.json';
import { AldabaError } from '../contract/errors.ts';
import type { Opener } from '../core/ports/index.ts';
import { connectToRunning } from '../core/shell/control-client.ts';
import { startClient } from '../core/shell/start-client.ts';
import { pathsOf, type Surroundings } from '../core/shell/surroundings.ts';
import type { Translate } from '../core/shell/texts.ts';
import { createHost, type Host } from './create-host.ts';
import type { Desktop } from './desktop.ts';

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
  readonly t: Translate<typeof texts>;
  /** A sentence for whoever started this. */
  readonly say: (text: string) => void;
  /** The command line of the profile wants the process to end. */
  readonly asked: () => void;
}

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
  let host: Host | null = null;
  const opener: Opener = {
    async showWindow() {
      if (host === null) return false;
      // A page that is open shows what waits by itself.
      if (host.windows > 0) return true;
      const link = host.createLink();
      if (run.open && run.desktop.present) await run.desktop.open(link);
      else run.say(run.t('host.waiting', { link }));
      return true;
    },
    openFile: (path) => run.desktop.open(path),
    showInFolder: (path) => run.desktop.showInFolder(path),
    openExternal: async () => {
      throw new AldabaError('open-failed', 'the browser opens its own links');
    },
  };
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
    host = await createHost({
      client: client.core.router,
      page: run.page,
      port: run.port,
      texts: { noLink: run.t('host.noLink'), usedLink: run.t('host.usedLink') },
      log: client.ports.log,
    });
  } catch (error) {
    await client.stop();
    throw error;
  }
  const { origin, createLink, close } = host;
  const link = createLink();
  if (run.open && run.desktop.present) await run.desktop.open(link).catch(() => undefined);
  return {
    link,
    address: origin,
    pid: process.pid,
    own: true,
    async stop() {
      await close();
      await client.stop();
    },
  };
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
    if (run.open && run.desktop.present) await run.desktop.open(link).catch(() => undefined);
    return { link, address, pid, own: false, stop: async () => {} };
  } finally {
    running.close();
  }
}
