import { EventEmitter } from 'node:events';
import type { Protocol, Session } from 'electron';

type RequestHandler = NonNullable<Parameters<Session['setPermissionRequestHandler']>[0]>;
type CheckHandler = NonNullable<Parameters<Session['setPermissionCheckHandler']>[0]>;
type DeviceHandler = NonNullable<Parameters<Session['setDevicePermissionHandler']>[0]>;
type DisplayHandler = NonNullable<Parameters<Session['setDisplayMediaRequestHandler']>[0]>;
type UsbHandler = NonNullable<Parameters<Session['setUSBProtectedClassesHandler']>[0]>;
type SchemeHandler = Parameters<Protocol['handle']>[1];
type BeforeRequest = (details: { url: string }, answer: (response: { cancel?: boolean }) => void) => void;

export interface FakeSession extends EventEmitter {
  readonly partition: string;
  readonly handlers: {
    request: RequestHandler | null;
    check: CheckHandler | null;
    device: DeviceHandler | null;
    display: DisplayHandler | null;
    usb: UsbHandler | null;
    beforeRequest: BeforeRequest | null;
    readonly schemes: Map<string, SchemeHandler>;
  };
  /** What goes to the network; replaced by a test that wants a network. */
  network: (url: string, init?: RequestInit) => Promise<Response>;
  proxy: unknown;
}

/** A session that remembers its handlers, and whose network is not there until a test gives one. */
export function createFakeSession(partition: string): FakeSession {
  const handlers: FakeSession['handlers'] = {
    request: null,
    check: null,
    device: null,
    display: null,
    usb: null,
    beforeRequest: null,
    schemes: new Map(),
  };
  const methods = {
    setPermissionRequestHandler: (handler) => {
      handlers.request = handler;
    },
    setPermissionCheckHandler: (handler) => {
      handlers.check = handler;
    },
    setDevicePermissionHandler: (handler) => {
      handlers.device = handler;
    },
    setDisplayMediaRequestHandler: (handler) => {
      handlers.display = handler;
    },
    setUSBProtectedClassesHandler: (handler) => {
      handlers.usb = handler;
    },
    setSpellCheckerEnabled: () => {},
    fetch: async (input, init) => session.network(typeof input === 'string' ? input : input.toString(), init),
    resolveProxy: async () => 'DIRECT',
    closeAllConnections: async () => {},
  } satisfies Partial<Session>;
  const protocol = {
    handle: (scheme, handler) => void handlers.schemes.set(scheme, handler),
    isProtocolHandled: (scheme) => handlers.schemes.has(scheme),
  } satisfies Partial<Protocol>;
  const webRequest = {
    onBeforeRequest: (listener: BeforeRequest | null) => {
      handlers.beforeRequest = listener;
    },
  };
  const session: FakeSession = Object.assign(new EventEmitter(), methods, {
    protocol,
    webRequest,
    partition,
    handlers,
    proxy: null,
    network: async (): Promise<Response> => {
      throw new Error('net::ERR_INTERNET_DISCONNECTED');
    },
  });
  return session;
}
