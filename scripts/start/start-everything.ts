import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AldabaError } from '../../src/contract/errors.ts';
import { createProcessLock } from '../../src/core/lock/process-lock.ts';
import { connectToRunning } from '../../src/core/shell/control-client.ts';
import { pathsOf } from '../../src/core/shell/surroundings.ts';
import type { Translate } from '../../src/core/shell/texts.ts';
import { demonstrationAdministrator, demonstrationKeys } from '../../src/portal/demonstration/access.ts';
import { type Child, ChildEnded, startChild } from './child.ts';
import { findElectron } from './find-electron.ts';
import { forgetPortal, type StartedPortal, startPortal } from './start-portal.ts';
import type { ShellTexts } from './texts.ts';

export interface StartFacts {
  /** What to open: once, in host mode. */
  readonly url: string;
  readonly shell: 'electron' | 'browser';
  readonly portal: string | null;
  readonly outbox: string | null;
  readonly email: string;
  readonly password: string;
  /** For the other two ways to the license. */
  readonly keys: typeof demonstrationKeys;
}

export interface StartOptions {
  /** The checkout. */
  readonly root: string;
  /** Folder of everything that is kept. Absolute. */
  readonly profile: string;
  /** null: the person did not say; 0: any free one. */
  readonly port: number | null;
  readonly open: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly t: Translate<ShellTexts>;
  readonly say: (text: string) => void;
  /** Called once, when it can be used. */
  readonly ready: (facts: StartFacts) => void;
}

const { email, password } = demonstrationAdministrator;
/** ms until a start knows that another one holds the folder. */
const lockPatience = 300;
type StartLog = Awaited<ReturnType<typeof openLog>>;

/**
 * The whole product on one machine: embedded portal with the demonstration company, and a client for it. Returns when it was asked to end and
 * everything has ended.
 *
 * @returns exit code
 */
export async function startEverything(options: StartOptions): Promise<number> {
  const { profile, t, say } = options;
  const log = await openLog(profile);
  try {
    if (await handOver(options)) return 0;
    // One start per folder: two portals must not open one database. The kernel lets go of the lock however a start ends.
    const lock = createProcessLock(join(profile, 'run', 'locks'), lockPatience);
    return await lock.run('start', () => runAll(options, log));
  } catch (error) {
    if (!(error instanceof AldabaError) || error.code !== 'unavailable') throw error;
    if (await waitForOther(options)) return 0;
    say(t('start.elsewhere', { profile }));
    return 1;
  } finally {
    await log.close();
  }
}

/** Another start is at work on this folder: its window comes up within a minute, or it has a problem of its own. */
async function waitForOther(options: StartOptions): Promise<boolean> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline && !options.signal.aborted) {
    if (await handOver(options)) return true;
    await pause(300);
  }
  return false;
}

async function runAll(options: StartOptions, log: StartLog): Promise<number> {
  const { t, say, signal } = options;
  const children: Child[] = [];
  // What is being brought up when the person has had enough starts nothing more.
  const spawn: typeof startChild = (...given) => {
    signal.throwIfAborted();
    const child = startChild(...given);
    children.push(child);
    return child;
  };
  const portalFolder = join(options.profile, 'portal');
  try {
    const lasting = await Promise.race([bringUp(options, spawn, portalFolder, log.write), aborted(signal)]);
    await Promise.race([aborted(signal), ...(lasting ?? []).map(({ exited }) => exited)]);
    if (!signal.aborted) say(t('start.childEnded', { log: log.path }));
    return signal.aborted ? 0 : 1;
  } catch (error) {
    if (signal.aborted) return 0;
    say(explain(error, options, log.path));
    return 1;
  } finally {
    // The client first: it gives its leases back to a portal that is still there.
    for (const child of children.toReversed()) await child.stop(2000);
    await forgetPortal(portalFolder);
  }
}

/** @returns what stays until the end */
async function bringUp(
  options: StartOptions,
  spawn: typeof startChild,
  portalFolder: string,
  onLog: (line: string) => void,
): Promise<Child[]> {
  const { root, profile, t, say, signal } = options;
  // `--no-open` and a port are about the page; a window of its own has neither.
  const wantsPage = !options.open || options.port !== null;
  const electron = findElectron({
    environment: options.environment,
    platform: process.platform,
    user: process.getuid?.(),
    notes: profile,
    wanted: !wantsPage,
    signal,
  });
  say(t('start.starting'));
  const portal = startPortal(root, portalFolder, spawn, onLog);
  const [found, started] = await Promise.all([electron, portal, build(root, ['renderer'], spawn, onLog)]);
  signal.throwIfAborted();
  if (found.reason === undefined) {
    await build(root, ['main', 'preload'], spawn, onLog);
    return [started.child, await startWindow(options, found.path, started, spawn, onLog)];
  }
  if (found.reason !== 'asked') say(t(`start.reasons.${found.reason}`));
  return [started.child, await startPage(options, started, spawn, onLog)];
}

/** A start on a profile that is in use hands out the running one's window. */
async function handOver({ profile, environment, t, say, ready }: StartOptions): Promise<boolean> {
  const running = await connectToRunning(pathsOf({ environment, profile, settings: [] }));
  if (running === null) return false;
  try {
    const { link } = await running.client.shell.open();
    const { settings } = await running.client.client.state.get();
    say(t('start.again', { pid: running.pid }));
    if (link !== null) ready(factsOf(link, 'browser', settings.portal));
    return true;
  } finally {
    running.close();
  }
}

async function startPage(
  options: StartOptions,
  portal: StartedPortal,
  spawn: typeof startChild,
  onLog: (line: string) => void,
): Promise<Child> {
  const { root, profile, t, say, ready } = options;
  const host = spawn(
    join(root, 'src/host/index.ts'),
    [
      '--json',
      '--profile',
      profile,
      '--port',
      String(options.port ?? 0),
      ...(options.open ? [] : ['--no-open']),
    ],
    {
      environment: clientEnvironment(portal),
      onError: (line) => (line.startsWith('{') ? onLog(line) : say(line)),
    },
  );
  const { link } = JSON.parse(await host.line((line) => line.startsWith('{"event":"ready"')));
  introduce(options, portal);
  say(t('start.link'));
  if (process.stderr.isTTY) say(`  ${link}\n`);
  ready(factsOf(String(link), 'browser', portal.url));
  return host;
}

async function startWindow(
  options: StartOptions,
  electron: string,
  portal: StartedPortal,
  spawn: typeof startChild,
  onLog: (line: string) => void,
): Promise<Child> {
  const { root, profile, ready } = options;
  const window = spawn(root, [`--profile=${profile}`], {
    program: electron,
    environment: { ...clientEnvironment(portal), ELECTRON_RUN_AS_NODE: undefined },
    onError: onLog,
  });
  await window.line((line) => line === 'ready');
  introduce(options, portal);
  ready(factsOf('aldaba-app://window/', 'electron', portal.url));
  return window;
}

function introduce({ t, say }: StartOptions, portal: StartedPortal): void {
  say(t('start.demonstration', { email, password, ...demonstrationKeys, outbox: `${portal.url}/outbox` }));
}

function factsOf(url: string, shell: StartFacts['shell'], portal: string | null): StartFacts {
  return {
    url,
    shell,
    portal,
    outbox: portal === null ? null : `${portal}/outbox`,
    email,
    password,
    keys: demonstrationKeys,
  };
}

/** The client of a build from source trusts the embedded portal's root, and finds that portal without being asked. */
function clientEnvironment(portal: StartedPortal): Record<string, string> {
  return { ALDABA_DEVELOPMENT_ROOT: portal.rootKey, ALDABA_PORTAL: portal.url };
}

/** What is stale under out/. In a process of its own: Vite changes NODE_ENV. */
async function build(
  root: string,
  targets: readonly string[],
  spawn: typeof startChild,
  onLog: (line: string) => void,
): Promise<void> {
  const script = join(root, 'scripts/build.ts');
  const builder = spawn(script, targets, { onError: onLog, onLine: onLog });
  const code = await builder.exited;
  if (code !== 0) throw new ChildEnded(script, code, []);
}

function explain(error: unknown, { t, profile }: StartOptions, log: string): string {
  if (error instanceof ChildEnded && error.script.includes('host') && error.lines.length > 0)
    return t('start.notStarted', { log });
  const message = error instanceof Error ? error.message : String(error);
  return t('start.failed', { message, log, profile });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** What the programs say besides goes to a file: the terminal is for the person. */
async function openLog(profile: string) {
  const folder = join(profile, 'logs');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'start.log');
  const file = await open(path, 'a', 0o600);
  let last: Promise<unknown> = Promise.resolve();
  return {
    path,
    write(line: string) {
      last = last.then(() => file.write(`${line}\n`)).catch(() => undefined);
    },
    async close() {
      await last;
      await file.close();
    },
  };
}
