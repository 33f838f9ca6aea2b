import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { desktopContract } from '../contract/control.ts';
import { AldabaError } from '../contract/errors.ts';
import type { Settings } from '../contract/settings.ts';
import { createFileLog } from '../core/adapters/lazy-log.ts';
import type { Opener } from '../core/ports/index.ts';
import { connectToRunning, type RunningClient } from '../core/shell/control-client.ts';
import { openControlPort } from '../core/shell/control-port.ts';
import { pathsOf } from '../core/shell/surroundings.ts';
import { createElectronOpener } from './adapters/electron-opener.ts';
import type { Backend, ConnectOptions } from './connect-client.ts';

/**
 * The client of another process of this profile, which keeps its programs running: the window's messages are passed through to it, its settings
 * are followed here, and what it wants to open is opened here.
 *
 * @returns null when none runs
 */
export async function attachClient(options: ConnectOptions): Promise<Backend | null> {
  const paths = pathsOf(options.surroundings);
  const running = await connectToRunning(paths);
  if (running === null) return null;
  const log = createFileLog(paths.logs, 'window');
  void follow(running, options.onSettings);
  const allowedOrigins = () => running.client.shell.linkOrigins();
  const opener = createElectronOpener({ ...options, allowedOrigins });
  const desktop = await openControlPort(paths, 'desktop');
  if (desktop !== null) {
    new RPCHandler(createDesktopRouter(opener, options.canAutoStart)).upgrade(desktop.port);
    desktop.port.start();
  }
  return {
    log,
    async accept(port) {
      const agent = await openControlPort(paths, 'client');
      if (agent === null) return false;
      port.on('message', ({ data }) => agent.port.postMessage(data));
      port.on('close', () => agent.port.close());
      agent.port.on('message', (event) => port.postMessage(event?.data));
      agent.port.on('close', () => port.close());
      agent.port.start();
      port.start();
      return true;
    },
    allowedOrigins,
    async stop() {
      running.close();
      desktop?.port.close();
      await log.flush();
    },
  };
}

/** Until the other process ends. */
async function follow(running: RunningClient, onSettings: (settings: Settings) => void): Promise<void> {
  let last = '';
  try {
    for await (const { settings } of await running.client.client.state.watch()) {
      const now = JSON.stringify(settings);
      if (now !== last) onSettings(settings);
      last = now;
    }
  } catch {
    // The connection ended with the process, or with this one.
  }
}

function createDesktopRouter(opener: Opener, canAutoStart: boolean) {
  const on = implement(desktopContract).use(async ({ next, errors }) => {
    try {
      return await next();
    } catch (error) {
      throw error instanceof AldabaError ? errors['open-failed']({ data: error.data }) : error;
    }
  });
  return {
    describe: on.describe.handler(() => ({ canAutoStart })),
    showWindow: on.showWindow.handler(({ input }) => opener.showWindow(input.reason)),
    openFile: on.openFile.handler(({ input }) => opener.openFile(input.path)),
    showInFolder: on.showInFolder.handler(({ input }) => opener.showInFolder(input.path)),
    openExternal: on.openExternal.handler(({ input }) => opener.openExternal(input.url)),
  };
}
