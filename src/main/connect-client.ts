import { setTimeout as pause } from 'node:timers/promises';
import { RPCHandler } from '@orpc/server/message-port';
import type { MessagePortMain, Session, Shell } from 'electron';
import { AldabaError } from '../contract/errors.ts';
import { rootKeys } from '../contract/root-keys.ts';
import type { Settings } from '../contract/settings.ts';
import type { Http, Log, Opener } from '../core/ports/index.ts';
import { endingLimit } from '../core/shell/ending-limit.ts';
import { linkOrigins } from '../core/shell/link-origins.ts';
import { startClient } from '../core/shell/start-client.ts';
import type { Surroundings } from '../core/shell/surroundings.ts';
import { createElectronOpener } from './adapters/electron-opener.ts';
import { createNetHttp } from './adapters/net-http.ts';
import { attachClient } from './attach-client.ts';

export interface ConnectOptions {
  readonly surroundings: Surroundings;
  readonly version: string;
  /** See contract/root-keys. */
  readonly developmentRoot: string | undefined;
  /** For the portal: no cookies, no cache, apart from the window's. */
  readonly network: Session;
  readonly shell: Pick<Shell, 'openPath' | 'showItemInFolder' | 'openExternal'>;
  readonly showWindow: (reason: Parameters<Opener['showWindow']>[0]) => void;
  readonly canAutoStart: boolean;
  readonly quit: () => void;
  /** The settings of the client that the window shows, now and at every change. */
  readonly onSettings: (settings: Settings) => void;
  /** The other process ended and this one cannot take its place. */
  readonly failed: (error: unknown) => void;
}

/** The client behind the window: this process's own or, when an agent of the same profile runs already, that one. */
export interface ConnectedClient {
  readonly log: Pick<Log, 'warn'>;
  /** Connects a window's port and starts it; or closes it, and the page comes again. */
  accept(port: MessagePortMain): Promise<void>;
  /** Addresses whose origins links may lead to. */
  allowedOrigins(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** `accept` answers false when there is nobody to connect the port with. */
export interface Backend extends Omit<ConnectedClient, 'accept'> {
  accept(port: MessagePortMain): Promise<boolean>;
}

/**
 * @throws AldabaError what `startClient` throws
 */
export async function connectClient(options: ConnectOptions): Promise<ConnectedClient> {
  let backend: Promise<Backend> = attachOrStart(options);
  await backend;
  return {
    log: { warn: (fields, message) => void backend.then(({ log }) => log.warn(fields, message)) },
    async accept(port) {
      const known = backend;
      if (await (await known).accept(port)) return;
      // The agent is gone. Whoever notices first makes this process the client of the profile.
      if (backend === known) {
        backend = known.then(({ stop }) => stop()).then(() => attachOrStart(options));
        backend.catch(options.failed);
      }
      const connected = await backend.then((next) => next.accept(port)).catch(() => false);
      if (!connected) port.close();
    },
    allowedOrigins: async () => (await backend).allowedOrigins(),
    stop: async () => (await backend).stop(),
  };
}

/** An agent that is ending answers no window any more and still has the profile: then it is asked again until it has gone. */
async function attachOrStart(options: ConnectOptions): Promise<Backend> {
  const deadline = performance.now() + endingLimit;
  for (;;) {
    const attached = await attachClient(options);
    if (attached !== null) return attached;
    try {
      return await startOwn(options);
    } catch (error) {
      const taken = error instanceof AldabaError && error.code === 'already-running';
      if (!taken || performance.now() > deadline) throw error;
    }
    await pause(100);
  }
}

async function startOwn(options: ConnectOptions): Promise<Backend> {
  const { surroundings, version, developmentRoot, network, canAutoStart } = options;
  const allowedOrigins = () => linkOrigins(ports);
  const { core, ports, stop } = await startClient({
    surroundings,
    shell: {
      name: 'window',
      client: { version, shell: 'electron', canAutoStart },
      opener: createElectronOpener({ ...options, allowedOrigins }),
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
  const { settings } = ports;
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
}

/** Chromium knows the system's proxies and certificates; an explicit proxy or a further authority is undici's business. */
function choose(
  system: Required<Http>,
  plain: Required<Http>,
  settings: () => { proxy: string | null; extraCaFile: string | null },
): Required<Http> {
  const chosen = () => {
    const { proxy, extraCaFile } = settings();
    return proxy === null && extraCaFile === null ? system : plain;
  };
  return {
    fetch: (request) => chosen().fetch(request),
    inspect: (url, signal) => chosen().inspect(url, signal),
    close: () => system.close(),
  };
}
