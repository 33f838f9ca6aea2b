import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  CancellationTokenSource,
  createMessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import {
  type BrokerLicense,
  brokerEndpointFile,
  brokerEndpointSchema,
  brokerErrorDataSchema,
  brokerLicenseSchema,
  brokerProtocolVersion,
} from '../contract/broker.ts';
import { AldabaError } from '../contract/errors.ts';
import type { Paths } from '../core/ports/index.ts';

/** One use of a license: while the connection stands. */
export interface BrokerConnection {
  acquire(input: { features: string[]; interactive: boolean }, signal: AbortSignal): Promise<BrokerLicense>;
  borrow(input: { days: number }, signal: AbortSignal): Promise<BrokerLicense>;
  release(): Promise<void>;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  close(): void;
}

/** No client answers, or it went away before its answer. */
export class NoClientError extends AldabaError {
  constructor(message: string, options?: ErrorOptions) {
    super('unavailable', message, undefined, options);
  }
}

/**
 * Speaks the program's side of the broker protocol (contract/broker), for commands that know nothing of it.
 *
 * @throws AldabaError the client's refusal; NoClientError when none answers, here and later when it goes away before its answer
 */
export async function connectToBroker(
  paths: Pick<Paths, 'runtime'>,
  program: { program: string; version: string; nonce: string; language: string },
): Promise<BrokerConnection> {
  const text = await readFile(join(paths.runtime, brokerEndpointFile), 'utf8').catch(() => null);
  if (text === null) throw new NoClientError('no client answers programs on this profile');
  const endpoint = brokerEndpointSchema.parse(JSON.parse(text));
  const socket = await open(endpoint.address);
  const rpc = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
  rpc.listen();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  // The library leaves requests that wait unanswered when the connection ends.
  const gone = closed.then(() => {
    throw new NoClientError('the client went away');
  });
  gone.catch(() => undefined);
  const call = async (method: string, input: object, signal?: AbortSignal): Promise<unknown> => {
    const cancellation = new CancellationTokenSource();
    const cancel = () => cancellation.cancel();
    signal?.addEventListener('abort', cancel);
    try {
      return await Promise.race([rpc.sendRequest(method, input, cancellation.token), gone]);
    } catch (error) {
      throw socket.destroyed ? await gone.catch((reason: unknown) => reason) : explain(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  };
  const close = () => {
    rpc.dispose();
    socket.destroy();
  };
  try {
    await call('initialize', {
      protocolVersion: brokerProtocolVersion,
      ...program,
      ...(endpoint.secret === null ? {} : { secret: endpoint.secret }),
    });
  } catch (error) {
    close();
    throw error;
  }
  return {
    closed,
    acquire: async (input, signal) => brokerLicenseSchema.parse(await call('license/acquire', input, signal)),
    borrow: async (input, signal) => brokerLicenseSchema.parse(await call('license/borrow', input, signal)),
    async release() {
      await call('license/release', {});
    },
    close,
  };
}

function open(address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error) => reject(new NoClientError(error.message, { cause: error })));
  });
}

/** The broker's refusals carry the product's own code. */
function explain(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  const data = brokerErrorDataSchema.safeParse(error.data);
  return data.success ? new AldabaError(data.data.code, error.message, data.data.data) : error;
}
