import { RPCHandler } from '@orpc/server/message-port';
import type { MessagePortMain, Session, Shell } from 'electron';
import { AldabaError } from '../contract/errors.ts';
import { rootKeys } from '../contract/root-keys.ts';
import { createPinoLog } from '../core/adapters/pino-log.ts';
import { checkPortal } from '../core/gateway/check-portal.ts';
import type { Http, Log, Opener, Ports } from '../core/ports/index.ts';
import { openControlPort, readRunningState } from '../core/shell/control-port.ts';
import { startClient } from '../core/shell/start-client.ts';
import { pathsOf, type Surroundings } from '../core/shell/surroundings.ts';
import { createElectronOpener } from './adapters/electron-opener.ts';
import { createNetHttp } from './adapters/net-http.ts';

export interface ConnectOptions {
  readonly surroundings: Surroundings;
  readonly version: string;
  /** See contract/root-keys. */
  readonly developmentRoot: string | undefined;
  /** For the portal: no cookies, no cache, apart from the window's. */
  readonly network: Session;
  readonly shell: Pick<Shell, 'openPath' | 'showItemInFolder' | 'openExternal'>;
  readonly showWindow: (reason: Parameters<Opener['showWindow']>[0]) => void;
  readonly quit: () => void;
  /** The settings of the client that runs here, now and at every change. */
  readonly onSettings: (settings: ReturnType<Ports['settings']['current']>) => void;
}

/** The client behind the window: this process's own or, when an agent of the same profile runs already, that one. */
export interface ConnectedClient {
  readonly log: Pick<Log, 'warn'>;
  /** Connects a window's port and starts it. */
  accept(port: MessagePortMain): Promise<void>;
  /** Origins that links may lead to: the portal's and those that it names. */
  allowedOrigins(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** The vendor's own pages. */
const vendorOrigin = 'https://aldaba.example';

/**
 * @throws AldabaError what `startClient` throws
 */
export async function connectClient(options: ConnectOptions): Promise<ConnectedClient> {
  let backend: Promise<Backend> = attachOrStart(options);
  await backend;
  return {
    log: { warn: (fields, message) => void backend.then(({ log }) => log.warn(fields, message)) },
    async accept(port) {
      if (await (await backend).accept(port)) return;
      // The agent is gone: from here on this process is the client of the profile.
      backend = attachOrStart(options);
      if (!(await (await backend).accept(port))) port.close();
    },
    allowedOrigins: async () => (await backend).allowedOrigins(),
    stop: async () => (await backend).stop(),
  };
}

/** `accept` answers false when there is nobody to connect the port with. */
interface Backend extends Omit<ConnectedClient, 'accept'> {
  accept(port: MessagePortMain): Promise<boolean>;
}

async function attachOrStart(options: ConnectOptions): Promise<Backend> {
  const attached = await attach(options);
  if (attached !== null) return attached;
  try {
    return await startOwn(options);
  } catch (error) {
    // An agent that was started at the same moment won.
    const other =
      error instanceof AldabaError && error.code === 'already-running' ? await attach(options) : null;
    if (other === null) throw error;
    return other;
  }
}

async function startOwn(options: ConnectOptions): Promise<Backend> {
  const { surroundings, version, developmentRoot, network } = options;
  const opener = createElectronOpener({
    shell: options.shell,
    showWindow: options.showWindow,
    allowedOrigins: () => allowedOrigins(),
  });
  const { core, ports, stop } = await startClient({
    surroundings,
    shell: {
      name: 'window',
      client: { version, shell: 'electron' },
      opener,
      rootKeys: rootKeys(developmentRoot),
      http: (settings, plain) => choose(createNetHttp(network), plain, settings),
    },
    actions: {
      kind: 'window',
      version,
      address: () => null,
      async open() {
        options.showWindow('open');
        return { link: null };
      },
      stop: options.quit,
    },
  });
  const handler = new RPCHandler(core.router);
  const { settings, http } = ports;
  options.onSettings(settings.current());
  settings.onChange(options.onSettings);
  return {
    log: ports.log,
    async accept(port) {
      handler.upgrade(port);
      port.start();
      return true;
    },
    allowedOrigins,
    stop,
  };

  async function allowedOrigins(): Promise<readonly string[]> {
    const { portal } = settings.current();
    if (portal === null) return [vendorOrigin];
    const description = await checkPortal(http, portal, AbortSignal.timeout(5000)).catch(() => null);
    return [vendorOrigin, portal, description?.buyUrl ?? portal];
  }
}

/** Chromium knows the system's proxies and certificates; an explicit proxy or a further authority is undici's business. */
function choose(
  system: Http,
  plain: Http,
  settings: () => { proxy: string | null; extraCaFile: string | null },
): Http {
  return {
    fetch(request) {
      const { proxy, extraCaFile } = settings();
      return (proxy === null && extraCaFile === null ? system : plain).fetch(request);
    },
    close: () => system.close(),
  };
}

/** Passes the window's messages through to the agent, which keeps its programs running. */
async function attach({ surroundings, network }: ConnectOptions): Promise<Backend | null> {
  const paths = pathsOf(surroundings);
  const first = await openControlPort(paths, 'client');
  if (first === null) return null;
  first.port.close();
  return {
    log: createPinoLog({ to: paths.logs, name: 'window' }),
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
    async allowedOrigins() {
      const running = await readRunningState(paths);
      return [vendorOrigin, running?.state.settings.portal ?? vendorOrigin];
    },
    stop: () => network.closeAllConnections(),
  };
}
