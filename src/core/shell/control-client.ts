import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import {
  type ControlContract,
  type ControlSpeech,
  controlFileName,
  controlFileSchema,
} from '../../contract/control.ts';
import type { Paths } from '../ports/index.ts';
import { createSocketPort, type SocketPort } from './socket-port.ts';

/** A client that runs on this profile in another process. */
export interface RunningClient {
  readonly pid: number;
  readonly client: ContractRouterClient<ControlContract>;
  /** Resolves when the other process is gone. */
  readonly closed: Promise<void>;
  close(): void;
}

/** The client that runs on this profile; null when there is none. What a dead one left behind counts as none. */
export async function connectToRunning(paths: Pick<Paths, 'runtime'>): Promise<RunningClient | null> {
  const found = await openControlPort(paths, 'control');
  if (found === null) return null;
  const { port, pid, closed } = found;
  const client: ContractRouterClient<ControlContract> = createORPCClient(new RPCLink({ port }));
  port.start();
  return { pid, client, closed, close: () => port.close() };
}

/** A raw port to the running client, already greeted: for whoever passes another transport's messages through. */
export async function openControlPort(
  paths: Pick<Paths, 'runtime'>,
  speech: ControlSpeech,
): Promise<{ pid: number; port: SocketPort; closed: Promise<void> } | null> {
  const text = await readFile(join(paths.runtime, controlFileName), 'utf8').catch(() => null);
  const file = text === null ? null : controlFileSchema.safeParse(parseJson(text));
  if (file === null || !file.success) return null;
  const socket = await tryConnect(file.data.address);
  if (socket === null) return null;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const port = createSocketPort(socket);
  port.postMessage(`${speech} ${file.data.secret}`);
  return { pid: file.data.pid, port, closed };
}

function tryConnect(address: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(null));
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
