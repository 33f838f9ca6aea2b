import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  type BrokerLicense,
  type BrokerMethod,
  brokerErrorCode,
  brokerMethods,
  brokerProtocolVersion,
} from '../../contract/broker.ts';
import type { Use } from '../../contract/client/state.ts';
import { AldabaError } from '../../contract/errors.ts';
import type { LicenseWarning } from '../../domain/license-facts.ts';
import { isSecret } from '../local-server.ts';
import type { Licenses, Parts } from '../parts.ts';
import { asAldabaError } from '../problem.ts';
import { type BrokerTexts, loadBrokerTexts, nearestLanguage } from './broker-texts.ts';
import { createRpcPeer, RpcError, rpcCodes } from './json-rpc.ts';

/** ms in which a connection must say who it is. */
export const initializeTerm = 10_000;
/** ms that a program waits before its person is told for what: nobody reads a sentence that goes at once. */
export const signInTerm = 1000;

/** One program: from its connection to its end, one use. */
export interface ProgramConnection {
  /** Tells the program, if this is its product, it was given an answer, and what its version may do is different. */
  changed(product: string): void;
  /** Tells the program of something ahead, if it holds a license of this product. */
  warned(product: string, warning: LicenseWarning): void;
  close(): void;
  /** Resolves when its use has ended. */
  readonly ended: Promise<void>;
}

export interface ConnectionNeeds extends Pick<Parts, 'ports' | 'device' | 'session' | 'state'> {
  licenses: Licenses;
  socket: Socket;
  /** What a program must say over a pipe; null over a socket. */
  secret: string | null;
  /** Programs that are connected now. */
  programs: () => number;
}

interface Initialized {
  readonly use: Use;
  readonly texts: BrokerTexts;
}

type Output = object;

export function serveProgram(needs: ConnectionNeeds): ProgramConnection {
  const { ports, device, session, state, licenses, socket, secret } = needs;
  const { clock, log, settings, client } = ports;
  let initialized: Promise<Initialized> | null = null;
  /** Set when `initialize` was answered. */
  let program: Initialized | null = null;
  /** An `acquire` was answered and nothing was released since. */
  let holds = false;
  /** What the program heard last of its license, as JSON. */
  let heard = '';
  let closed = false;
  let finish: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const peer = createRpcPeer(socket, clock, {
    request(method, params, signal) {
      if (!isMethod(method))
        return Promise.reject(new RpcError(rpcCodes.methodNotFound, `no method ${method}`));
      return withProgram(method, params, signal);
    },
    ended: (error) =>
      log.warn({ program: program?.use.program, error: error.message }, 'closed a program’s connection'),
    closed() {
      closed = true;
      mustInitialize.cancel();
      const end = program === null ? Promise.resolve() : licenses.release(program.use);
      end
        .catch((error: unknown) => log.warn({ error: String(error) }, 'a use could not be ended'))
        .finally(finish);
    },
  });
  const mustInitialize = clock.setTimer(initializeTerm, () => {
    if (initialized === null) peer.end(new RpcError(rpcCodes.invalidRequest, 'initialize did not come'));
  });

  async function initialize(params: unknown): Promise<Initialized & { output: Output }> {
    const input = parse('initialize', params);
    const texts = await loadBrokerTexts(nearestLanguage(input.language, settings.current().language));
    if (input.protocolVersion !== brokerProtocolVersion) {
      const range = { minimum: brokerProtocolVersion, maximum: brokerProtocolVersion };
      throw inWords(new AldabaError('protocol-version', `version ${input.protocolVersion}`, range), texts);
    }
    if (secret !== null && !isSecret(input.secret, secret)) {
      throw inWords(
        new AldabaError('forbidden', 'the secret of the endpoint file is missing or wrong'),
        texts,
      );
    }
    try {
      await device.load();
    } catch (error) {
      throw inWords(asAldabaError(error), texts);
    }
    const proof = Buffer.from(`aldaba-broker-v1\n${input.program}\n${input.nonce}`, 'latin1');
    const signature = await device.sign(proof);
    const since = new Date(clock.now()).toISOString();
    return {
      use: { id: randomUUID(), program: input.program, version: input.version, since, state: 'waiting' },
      texts,
      output: {
        protocolVersion: brokerProtocolVersion,
        client: { name: 'aldaba', version: client.version },
        mode: session.mode,
        deviceKey: device.publicKey,
        nonceSignature: Buffer.from(signature).toString('base64url'),
      },
    };
  }

  async function withProgram(method: BrokerMethod, params: unknown, signal: AbortSignal): Promise<Output> {
    if (method === 'initialize') {
      if (initialized !== null) throw new RpcError(rpcCodes.invalidRequest, 'initialize came before');
      const starting = initialize(params);
      initialized = starting;
      try {
        const { use, texts, output } = await starting;
        program = { use, texts };
        mustInitialize.cancel();
        return output;
      } catch (error) {
        initialized = null;
        throw error;
      }
    }
    const starting = initialized;
    if (starting === null) {
      const texts = await loadBrokerTexts(nearestLanguage(settings.current().language));
      throw inWords(new AldabaError('not-initialized', `${method} before initialize`), texts);
    }
    const known = program ?? (await starting);
    try {
      return await answer(method, params, known, signal);
    } catch (error) {
      if (error instanceof RpcError) throw error;
      const fault = asAldabaError(error);
      log.info(
        { program: known.use.program, method, code: fault.code, error: fault.message },
        'refused a program',
      );
      throw inWords(fault, known.texts);
    }
  }

  async function answer(
    method: Exclude<BrokerMethod, 'initialize'>,
    params: unknown,
    { use, texts }: Initialized,
    signal: AbortSignal,
  ): Promise<Output> {
    switch (method) {
      case 'license/acquire': {
        const { features, interactive } = parse(method, params);
        const telling = clock.setTimer(signInTerm, () => {
          const waits = interactive && session.mode !== 'standalone' && !session.hasIdentity();
          if (waits) peer.notify('license/message', { level: 'info', text: texts.signIn });
        });
        const license = await licenses
          .acquire({ ...use, features, interactive }, signal)
          .finally(() => telling.cancel());
        if (closed) await licenses.release(use);
        holds = true;
        heard = JSON.stringify(license);
        return worded(license, texts);
      }
      case 'license/status': {
        parse(method, params);
        const license = licenses.status(use.program, use.version);
        if (holds) return worded(license, texts);
        // Who did not ask for a license is told where it stands, and gets none.
        const { document: _document, kind: _kind, until: _until, ...standing } = license;
        return worded({ ...standing, permit: 'none' }, texts);
      }
      case 'license/release': {
        parse(method, params);
        const released = holds;
        holds = false;
        await licenses.release(use);
        return { released };
      }
      case 'license/borrow':
        await licenses.borrow(use.program, parse(method, params).days, use);
        return worded(licenses.status(use.program, use.version), texts);
      case 'license/return':
        parse(method, params);
        await licenses.returnBorrowed(use.program, use);
        return worded(licenses.status(use.program, use.version), texts);
      case 'diagnose': {
        parse(method, params);
        const { connection: reach, keychain } = state.get();
        return {
          clientVersion: client.version,
          mode: session.mode,
          portal: settings.current().portal,
          connection: reach.state,
          keychain: keychain.backend,
          programs: needs.programs(),
        };
      }
    }
  }

  return {
    changed(product) {
      if (!holds || program === null || program.use.program !== product) return;
      const license = licenses.status(product, program.use.version);
      const text = JSON.stringify(license);
      if (text === heard) return;
      heard = text;
      peer.notify('license/changed', worded(license, program.texts));
    },
    warned(product, warning) {
      if (!holds || program === null || program.use.program !== product) return;
      const level = warning.kind === 'offline' ? 'info' : 'warning';
      peer.notify('license/message', { level, text: program.texts.warning(warning) });
    },
    close: () => void socket.end(() => socket.destroy()),
    ended,
  };
}

function isMethod(method: string): method is BrokerMethod {
  return Object.hasOwn(brokerMethods, method);
}

/** @throws RpcError `invalidParams` naming the member */
function parse<M extends BrokerMethod>(
  method: M,
  params: unknown,
): ReturnType<(typeof brokerMethods)[M]['input']['parse']> {
  const result = brokerMethods[method].input.safeParse(params ?? {});
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new RpcError(
      rpcCodes.invalidParams,
      `${['params', ...(issue?.path ?? [])].join('.')}: ${issue?.message}`,
    );
  }
  // safeParse of a union of schemas loses which one it was.
  return result.data as ReturnType<(typeof brokerMethods)[M]['input']['parse']>;
}

function worded(license: BrokerLicense, texts: BrokerTexts): BrokerLicense {
  return { ...license, message: texts.status(license) };
}

function inWords(error: AldabaError, texts: BrokerTexts): RpcError {
  const { message, next } = texts.refusal(error);
  return new RpcError(brokerErrorCode, message, { code: error.code, message, next, data: error.data });
}
