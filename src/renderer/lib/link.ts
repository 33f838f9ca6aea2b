import { type ClientLink, createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { ClientContract } from '../../contract/client.ts';
import { portMessage, rpcPath, windowKeyHeader, windowScheme } from '../../contract/window-link.ts';

/** The core's procedures, as the window calls them. */
export type Client = ContractRouterClient<ClientContract>;

type Calls = ClientLink<Record<never, never>>;

/** One open way to the core. `closed` settles when it is gone, whatever the reason. */
export interface Wire {
  readonly calls: Calls;
  readonly closed: Promise<void>;
  close(): void;
}

/** Opens a way to the core. Rejects with {@link LinkRefused} when the core wants a new launch link. */
export type Connect = () => Promise<Wire>;

/** The core cannot be reached; the call did not get an answer. */
export class LinkLost extends Error {
  override readonly name = 'LinkLost';
}

/** Host mode answered 401: the launch cookie or the window's key is gone. */
export class LinkRefused extends Error {
  override readonly name = 'LinkRefused';
}

/** The way that fits where the page was loaded from: see contract/window-link.ts. */
export function connectFor(page: Window): Connect {
  return page.location.protocol === `${windowScheme}:` ? portConnect(page) : socketConnect(page);
}

/**
 * Electron: one end of a channel goes to the preload, once per document. A port that closes cannot be asked for again, so
 * the second call loads the page anew.
 */
export function portConnect(page: Window): Connect {
  let used = false;
  return async () => {
    if (used) {
      page.location.reload();
      return new Promise<Wire>(() => {});
    }
    used = true;
    const channel = new MessageChannel();
    const port = channel.port1;
    const closed = new Promise<void>((resolve) => port.addEventListener('close', () => resolve()));
    const calls = new PortLink({ port });
    port.start();
    page.postMessage(portMessage, page.location.origin, [channel.port2]);
    return { calls, closed, close: () => port.close() };
  };
}

/** Host mode: one WebSocket, because a page that watches all the time would hold one of the browser's six connections. */
export function socketConnect(page: Window): Connect {
  return async () => {
    const address = new URL(rpcPath, page.location.href);
    const socketAddress = new URL(address);
    socketAddress.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(socketAddress, await windowKey(address));
    const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
    const opened = new Promise<boolean>((resolve) => {
      socket.addEventListener('open', () => resolve(true));
      socket.addEventListener('close', () => resolve(false));
    });
    const calls = new SocketLink({ websocket: socket });
    if (await opened) return { calls, closed, close: () => socket.close() };
    throw new LinkLost('the core does not answer');
  };
}

const keyName = 'aldaba.window-key';

/** The key that the host wants besides the cookie; kept where no other port of this machine reads it. */
async function windowKey(address: URL): Promise<string> {
  const known = localStorage.getItem(keyName);
  const headers: HeadersInit = known === null ? {} : { [windowKeyHeader]: known };
  const answer = await fetch(address, { method: 'POST', credentials: 'same-origin', headers }).catch(
    () => undefined,
  );
  if (answer?.status === 401) throw new LinkRefused('the launch cookie is gone');
  if (answer?.ok !== true) throw new LinkLost('the core does not answer');
  const key = await answer.text();
  localStorage.setItem(keyName, key);
  return key;
}

/**
 * A client whose calls take whatever wire is open when they are made, so that everybody keeps one client over reconnections.
 * A call without a wire, or whose wire closes before the answer, rejects with {@link LinkLost}.
 */
export function createClient(current: () => Wire | null): Client {
  return createORPCClient<Client>({
    async call(path, input, options) {
      const wire = current();
      if (wire === null) throw new LinkLost('no way to the core');
      try {
        return await wire.calls.call(path, input, options);
      } catch (error) {
        if (error instanceof ORPCError || options.signal?.aborted) throw error;
        throw new LinkLost('the core went away', { cause: error });
      }
    },
  });
}
