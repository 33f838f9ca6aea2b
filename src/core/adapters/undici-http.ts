import { readFile } from 'node:fs/promises';
import type { SecureContext } from 'node:tls';
import type { Agent, Dispatcher, EnvHttpProxyAgent } from 'undici';
import { AldabaError } from '../../contract/errors.ts';
import type { Http } from '../ports/http.ts';
import { withoutCredentials } from '../without-credentials.ts';
import { networkFault } from './network-fault.ts';

/** How to reach the network now; a change takes effect with the next request. */
export interface NetworkSettings {
  /** Address of an HTTP proxy, with user and password where it wants them. null: none is set. */
  proxy: string | null;
  /** PEM file with further certificate authorities. */
  extraCaFile: string | null;
}

export interface UndiciHttpOptions {
  network: () => NetworkSettings;
  /** What the entry point found in `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`; counts while no proxy is set. */
  environment?: { httpProxy?: string; httpsProxy?: string; noProxy?: string };
  /** Milliseconds until a connection stands, until the answer's headers are there, and between two parts of its body. */
  timeouts?: { connect: number; headers: number; body: number };
}

/** A portal answers in well under a second; 30 s bears a slow VPN and still ends before a person gives up. */
const defaultTimeouts = { connect: 10_000, headers: 30_000, body: 30_000 };

/** This machine is never reached through a proxy. */
const loopback = 'localhost,127.0.0.1,::1';

async function secureContext(extraCaFile: string | null): Promise<SecureContext> {
  // Loaded with the first request: a command that asks nobody does not pay for it.
  const { createSecureContext, getCACertificates } = await import('node:tls');
  const authorities = [...getCACertificates('default'), ...getCACertificates('system')];
  if (extraCaFile !== null) {
    try {
      const pem = await readFile(extraCaFile, 'utf8');
      if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error('no PEM certificate in it');
      authorities.push(pem);
    } catch (error) {
      throw new AldabaError(
        'network-certificate-file',
        `extra CA file ${extraCaFile} cannot be used`,
        { file: extraCaFile, field: 'extraCaFile' },
        { cause: error },
      );
    }
  }
  return createSecureContext({ ca: authorities });
}

/** `fetch` of undici with explicit proxy and trust: the operating system's certificates besides Node's own. */
export function createUndiciHttp(options: UndiciHttpOptions): Required<Http> {
  const timeouts = options.timeouts ?? defaultTimeouts;
  let agent: { key: string; dispatcher: Promise<Agent | EnvHttpProxyAgent> } | null = null;
  let closed = false;

  /** @param verify false: certificates are looked at, whatever they are worth */
  async function build(network: NetworkSettings, verify = true): Promise<Agent | EnvHttpProxyAgent> {
    const undici = await import('undici');
    const tls = {
      secureContext: await secureContext(network.extraCaFile),
      timeout: timeouts.connect,
      rejectUnauthorized: verify,
    };
    const common = {
      allowH2: false,
      connectTimeout: timeouts.connect,
      headersTimeout: timeouts.headers,
      bodyTimeout: timeouts.body,
      connect: tls,
    };
    const environment = options.environment ?? {};
    const httpProxy = network.proxy ?? environment.httpProxy;
    const httpsProxy = network.proxy ?? environment.httpsProxy ?? environment.httpProxy;
    if (!httpProxy && !httpsProxy) return new undici.Agent(common);
    const listed = network.proxy === null && environment.noProxy ? `,${environment.noProxy}` : '';
    return new undici.EnvHttpProxyAgent({
      ...common,
      requestTls: tls,
      proxyTls: tls,
      // Empty text, not undefined: undici would read the process environment itself.
      httpProxy: httpProxy ?? '',
      httpsProxy: httpsProxy ?? '',
      noProxy: loopback + listed,
    });
  }

  async function dispatcher(): Promise<Dispatcher> {
    const network = options.network();
    const key = JSON.stringify([network.proxy, network.extraCaFile]);
    if (agent?.key !== key) {
      const old = agent;
      const fresh = { key, dispatcher: build(network) };
      agent = fresh;
      // A file that cannot be read may be there at the next request.
      fresh.dispatcher.catch(() => {
        if (agent === fresh) agent = null;
      });
      old?.dispatcher.then((previous) => previous.close()).catch(() => undefined);
    }
    return agent.dispatcher;
  }

  return {
    async fetch(request) {
      if (closed) throw new AldabaError('cancelled', 'the network was closed');
      try {
        const { fetch } = await import('undici');
        const answer = await fetch(request.url, {
          method: request.method,
          headers: [...request.headers],
          body: request.body,
          redirect: 'manual',
          signal: request.signal,
          dispatcher: await dispatcher(),
        });
        // One interface with two declarations: undici's and that of the global.
        return answer as unknown as Response;
      } catch (error) {
        throw networkFault(error);
      }
    },
    async inspect(url, signal) {
      const { inspectRoute } = await import('./inspect-route.ts');
      const network = options.network();
      const { httpProxy, httpsProxy } = options.environment ?? {};
      const proxy = network.proxy ?? (url.startsWith('https:') ? (httpsProxy ?? httpProxy) : httpProxy) ?? '';
      // A file of authorities that cannot be used hides them; it is the request's own fault to say so.
      const dispatcher = build(network, false).catch(() => build({ ...network, extraCaFile: null }, false));
      const { hosts, ...found } = await inspectRoute(url, dispatcher, signal);
      // Others were connected to and the proxy was not: this address is one of those that go without.
      const isUsed = URL.canParse(proxy) && (hosts.length === 0 || hosts.includes(new URL(proxy).host));
      const source = network.proxy === null ? 'environment' : 'settings';
      return {
        proxy: isUsed ? { address: withoutCredentials(proxy), source } : null,
        extraCaFile: network.extraCaFile,
        ...found,
      };
    },
    async close() {
      closed = true;
      const last = await agent?.dispatcher.catch(() => null);
      await last?.destroy();
      agent = null;
    },
  };
}
