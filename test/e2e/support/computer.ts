import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient, type RouterClient } from '@orpc/server';
import type { Browser, Page } from 'playwright-core';
import { createFileSecrets } from '../../../src/core/adapters/file-secrets.ts';
import { openSettings } from '../../../src/core/adapters/file-settings.ts';
import { createSystemHardware } from '../../../src/core/adapters/hardware/system-hardware.ts';
import { createPinoLog } from '../../../src/core/adapters/pino-log.ts';
import { createSystemClock } from '../../../src/core/adapters/system-clock.ts';
import { createUndiciHttp } from '../../../src/core/adapters/undici-http.ts';
import { createBroker } from '../../../src/core/broker/create-broker.ts';
import { type Core, createCore } from '../../../src/core/create-core.ts';
import { createProcessLock } from '../../../src/core/lock/process-lock.ts';
import type { CoreRouter } from '../../../src/core/router/create-router.ts';
import { pathsOf } from '../../../src/core/shell/surroundings.ts';
import { createHost, type Host } from '../../../src/host/create-host.ts';
import { createMemoryLog } from '../../fakes/log.ts';
import { createRecordingOpener } from '../../fakes/opener.ts';
import { type ProgramProcess, runProgram } from '../../system/broker-support/processes.ts';
import { openBrowser, type PersonBrowser } from './browse.ts';

const examples = join(import.meta.dirname, '../../../examples');
const commands = {
  python: ['python3', join(examples, 'python/program.py')],
  typescript: [process.execPath, join(examples, 'typescript/program.ts')],
} as const;

/** One computer: a core with its real adapters over a profile of its own, host mode, and the person's browser. */
export interface Computer {
  readonly core: Core;
  /** The core's procedures without a window. */
  readonly call: RouterClient<CoreRouter>;
  /** Windows that the core asked for, by reason. */
  readonly windows: readonly string[];
  /** Files that the operating system was asked to open. */
  readonly opened: readonly string[];
  readonly browser: PersonBrowser;
  /** Opens the window by a new launch link. */
  open(hash?: string): Promise<Page>;
  /** Another tab of the same browser, on any address. */
  tab(address: string): Promise<Page>;
  readonly origin: string;
  /** Starts an example program that asks this computer's client. */
  run(language: keyof typeof commands, product: string, options?: readonly string[]): ProgramProcess;
  /** Ends core and host, and starts them again over the same profile and on the same port. */
  restart(): Promise<void>;
  /** Ends its windows, core and host for good, as when somebody switches it off. */
  switchOff(): Promise<void>;
  /** What host and core wrote into their logs. */
  logs(): Promise<string>;
  close(): Promise<void>;
}

export interface ComputerOptions {
  readonly browser: Browser;
  /** Folder of the built window. */
  readonly page: string;
  readonly hostName: string;
  readonly rootKeys: readonly string[];
  /** Origins beside the window's own that its browser may ask. */
  readonly origins: () => readonly string[];
}

export async function startComputer(options: ComputerOptions): Promise<Computer> {
  const profile = await mkdtemp(join(tmpdir(), 'aldaba-journey-'));
  const paths = pathsOf({ environment: {}, profile, settings: [] });
  const hostLog = createMemoryLog();
  const opener = createRecordingOpener();
  const programs: ProgramProcess[] = [];
  let running = await start(0);
  const browser = await openBrowser(options.browser, () => [running.host.origin, ...options.origins()]);

  async function start(port: number): Promise<{ core: Core; host: Host; stop(): Promise<void> }> {
    const log = createPinoLog({ to: paths.logs, name: 'host' });
    const settings = await openSettings({
      folder: paths.config,
      policyFile: join(profile, 'policy.json'),
      commandLine: { values: {}, problems: [] },
      environment: { values: {}, problems: [] },
      lock: createProcessLock(join(paths.runtime, 'locks')),
      log,
    });
    const http = createUndiciHttp({ network: () => settings.current(), environment: {} });
    const core = createCore(
      {
        clock: createSystemClock(),
        secrets: createFileSecrets(join(paths.data, 'secrets')),
        settings,
        http,
        hardware: createSystemHardware({ platform: process.platform, hostName: options.hostName }),
        opener,
        log,
        paths,
        client: { version: '0.1.0', shell: 'browser' },
        rootKeys: options.rootKeys,
      },
      createBroker,
    );
    await core.start();
    const host = await createHost({
      client: core.router,
      page: options.page,
      port,
      refusalWords: () => ({ language: 'es', title: 'No link', means: '', next: '' }),
      used: () => {},
      log: hostLog,
    });
    let ending: Promise<void> | undefined;
    async function end(): Promise<void> {
      await host.close();
      await core.stop();
      await http.close();
      settings.close();
    }
    return { core, host, stop: () => (ending ??= end()) };
  }

  async function logs(): Promise<string> {
    const names = await readdir(paths.logs).catch(() => []);
    const files = await Promise.all(names.map((name) => readFile(join(paths.logs, name), 'utf8')));
    return [...files, JSON.stringify(hostLog.lines)].join('\n');
  }

  async function tab(address: string): Promise<Page> {
    const page = await browser.context.newPage();
    await page.goto(address);
    return page;
  }

  return {
    get core() {
      return running.core;
    },
    get call() {
      return createRouterClient(running.core.router);
    },
    windows: opener.windows,
    opened: opener.files,
    browser,
    get origin() {
      return running.host.origin;
    },
    async open(hash = '') {
      const page = await tab(`${running.host.createLink()}${hash}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      return page;
    },
    tab,
    run(language, product, more = []) {
      const [rootKey = ''] = options.rootKeys;
      const given = ['--program', product, `--root-key=${rootKey}`, '--runtime', paths.runtime, ...more];
      const program = runProgram(commands[language], given);
      programs.push(program);
      return program;
    },
    async restart() {
      const port = Number(new URL(running.host.origin).port);
      await running.stop();
      running = await start(port);
    },
    async switchOff() {
      for (const page of browser.context.pages()) await page.close();
      await running.stop();
    },
    logs,
    async close() {
      for (const program of programs) program.kill();
      await Promise.all(programs.map(({ exit }) => exit));
      await browser.close();
      await running.stop();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
