import { AldabaError, type ErrorCode, errorCodeSchema } from '../../contract/errors.ts';
import { networkFault } from '../adapters/network-fault.ts';
import type { Contact, Device, Gateway } from '../parts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Http } from '../ports/http.ts';
import type { Log } from '../ports/log.ts';
import { asAldabaError, toProblem } from '../problem.ts';
import { createProof } from './dpop.ts';
import { lazyClient } from './lazy-client.ts';
import { type PortalAnswer, readPortalAnswer } from './portal-answer.ts';
import type { PortalCall } from './portal-client.ts';

/** Where access tokens come from: the session. */
export interface Access {
  /** A token that should still be good, made when there is none; null when nobody is signed in. */
  token(signal: AbortSignal): Promise<string | null>;
  /** The portal refused `token`: another one, or null when there is none to be had. */
  replace(token: string, signal: AbortSignal): Promise<string | null>;
  /** The portal said that the session of `token` ended. Resolves when it is known what that leaves. */
  ended(token: string): Promise<void>;
}

export interface GatewayNeeds {
  /** Normalized address of the portal; null while none is set. */
  address: () => string | null;
  http: Http;
  device: Device;
  clock: Clock;
  log: Log;
  access: Access;
  /** ms until a request with its answer must be over. */
  patience?: number;
  /** Ends every request with `cancelled`. */
  closing?: AbortSignal;
}

/** For the calls before anybody is signed in. */
export const noAccess: Access = { token: async () => null, replace: async () => null, ended: async () => {} };

const codes: ReadonlySet<string> = new Set(errorCodeSchema.options);
const isCode = (value: unknown): value is ErrorCode => typeof value === 'string' && codes.has(value);

/** Codes that mean "nobody answered as the portal does". */
export function isUnreachable(code: ErrorCode): boolean {
  return code.startsWith('network-') || (code.startsWith('portal-') && code !== 'portal-address-invalid');
}

function codeOf(answer: PortalAnswer): ErrorCode | null {
  const { json } = answer;
  return typeof json === 'object' && json !== null && 'code' in json && isCode(json.code) ? json.code : null;
}

export function createGateway(needs: GatewayNeeds): Gateway {
  const { address, http, device, clock, log, access } = needs;
  const patience = needs.patience ?? 60_000;
  let serverOffset: number | null = null;
  const listeners = new Set<(contact: Contact) => void>();

  function tell(contact: Contact): void {
    for (const listener of [...listeners]) listener(contact);
  }

  function base(): string {
    const value = address();
    if (value === null) throw new AldabaError('not-configured', 'no portal address is set');
    return value;
  }

  /** Runs `work` until `outer` aborts or patience ends; a suspended laptop's timer fires late, and then rightly. */
  async function within<T>(outer: AbortSignal | null, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const limit = new AbortController();
    const timer = clock.setTimer(patience, () => limit.abort());
    const ends = [outer, needs.closing ?? null].filter((signal) => signal !== null);
    const signal = AbortSignal.any([limit.signal, ...ends]);
    try {
      // One that aborted before is heard by nobody who only listens.
      signal.throwIfAborted();
      return await work(signal);
    } catch (error) {
      if (outer?.aborted)
        throw new AldabaError('cancelled', 'the request was cancelled', undefined, { cause: error });
      if (limit.signal.aborted) {
        throw new AldabaError('network-timeout', `no answer within ${patience} ms`, undefined, {
          cause: error,
        });
      }
      throw networkFault(error);
    } finally {
      timer.cancel();
    }
  }

  async function attempt(
    request: Request,
    body: Uint8Array<ArrayBuffer> | null,
    token: string | null,
  ): Promise<PortalAnswer> {
    const headers = new Headers(request.headers);
    headers.set('accept', 'application/json');
    const at = clock.now() + (serverOffset ?? 0);
    const proof = { method: request.method, url: request.url, at };
    headers.set('dpop', await createProof(device, token === null ? proof : { ...proof, accessToken: token }));
    if (token !== null) headers.set('authorization', `DPoP ${token}`);
    const answer = await within(request.signal, async (signal) =>
      readPortalAnswer(await http.fetch({ url: request.url, method: request.method, headers, body, signal })),
    );
    if (answer.serverTime !== null) serverOffset = answer.serverTime - clock.now();
    return answer;
  }

  /** Sends once, and once more each when the portal refused the proof's time or the access token: a refusal did nothing. */
  async function send(
    request: Request,
    { path, authed }: { path: readonly string[]; authed: boolean },
  ): Promise<PortalAnswer> {
    await device.load();
    const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
    let token = authed ? await access.token(request.signal) : null;
    if (authed && token === null)
      throw new AldabaError('not-signed-in', `nobody is signed in for ${path.join('.')}`);
    let proofTried = false;
    let tokenTried = false;
    for (;;) {
      const answer = await attempt(request, body, token);
      const code = answer.status === 401 ? codeOf(answer) : null;
      if (code === 'proof-invalid' && !proofTried) {
        proofTried = true;
        continue;
      }
      if (code === 'not-signed-in' && token !== null && !tokenTried) {
        tokenTried = true;
        token = await access.replace(token, request.signal);
        if (token === null) throw new AldabaError('not-signed-in', 'the access token could not be replaced');
        continue;
      }
      if (code === 'session-ended' && token !== null) await access.ended(token);
      return answer;
    }
  }

  const call: PortalCall = async (request, procedure) => {
    const { path } = procedure;
    const started = clock.monotonic();
    try {
      const answer = await send(request, procedure);
      const serves = answer.status !== 429 && answer.status < 500;
      tell({ ok: true, serverTime: answer.serverTime, serves });
      log.debug(
        { procedure: path.join('.'), status: answer.status, ms: clock.monotonic() - started },
        'portal answered',
      );
      const headers = { 'content-type': 'application/json' };
      const text = answer.json === undefined ? null : JSON.stringify(answer.json);
      return new Response(text, { status: answer.status, headers: text === null ? {} : headers });
    } catch (error) {
      // What this machine refused before anything was sent is not the portal's fault.
      const fault = asAldabaError(error);
      if (isUnreachable(fault.code)) tell({ ok: false, problem: toProblem(fault, clock) });
      log.info(
        { procedure: path.join('.'), code: fault.code, detail: fault.data?.detail },
        'portal call failed',
      );
      throw fault;
    }
  };

  return {
    // The contract and what speaks it are loaded with the first call: most of what a start would load, and a status asks nobody.
    portal: lazyClient(async () => {
      const { createPortalClient } = await import('./portal-client.ts');
      return createPortalClient(base, call);
    }),
    get serverOffset() {
      return serverOffset;
    },
    onContact(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async fetchFile(path, { from, ifRange, signal }) {
      const root = base();
      const url = new URL(/^\/(?!\/)/.test(path) ? `${root}${path}` : path, `${root}/`);
      if (url.origin !== new URL(root).origin) {
        throw new AldabaError('portal-refused', 'the portal named a file of another site', {
          detail: url.host,
        });
      }
      const headers = new Headers({ accept: '*/*', 'accept-encoding': 'identity' });
      if (from > 0) {
        headers.set('range', `bytes=${from}-`);
        if (ifRange !== undefined) headers.set('if-range', ifRange);
      }
      try {
        return await http.fetch({ url: url.href, method: 'GET', headers, body: null, signal });
      } catch (error) {
        const fault = networkFault(error);
        if (isUnreachable(fault.code)) tell({ ok: false, problem: toProblem(fault, clock) });
        throw fault;
      }
    },
  };
}
