import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { AldabaError } from '../../contract/aldaba-error.ts';
import type { AppState } from '../../contract/client/state.ts';
import { type ControlSpeech, controlFileName, parseControlFile } from '../../contract/control-file.ts';
import type { Paths } from '../ports/index.ts';
import { createSocketPort, type SocketPort } from './socket-port.ts';

/** ms in which a client has to answer: one that lives does within a few, one that was stopped still accepts connections. */
const answerTerm = 2000;

/** @throws AldabaError `client-silent` with the process's number in `detail` when `answer` does not come in time */
export async function inTime<T>(pid: number, answer: Promise<T>, term = answerTerm): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const silent = () =>
      reject(new AldabaError('client-silent', `process ${pid} does not answer`, { detail: String(pid) }));
    timer = setTimeout(silent, term);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/**
 * The running client's snapshot; null when none runs on this profile.
 *
 * @throws AldabaError `client-silent` when it does not answer
 */
export async function readRunningState(
  paths: Pick<Paths, 'runtime'>,
  term?: number,
): Promise<{ pid: number; state: AppState } | null> {
  const found = await openControlPort(paths, 'state');
  if (found === null) return null;
  const { pid, port, closed, abandon } = found;
  const said = new Promise<string | null>((resolve) => {
    port.on('message', (event) => resolve(typeof event?.data === 'string' ? event.data : null));
    void closed.then(() => resolve(null));
  });
  port.start();
  const text = await inTime(pid, said, term).finally(abandon);
  // It comes from a process of the same person, who said the secret: its shape is not in doubt.
  return text === null ? null : { pid, state: JSON.parse(text) as AppState };
}

/** A raw port to the running client, already greeted: for whoever passes another transport's messages through. */
export async function openControlPort(
  paths: Pick<Paths, 'runtime'>,
  speech: ControlSpeech,
): Promise<{ pid: number; port: SocketPort; closed: Promise<void>; abandon(): void } | null> {
  const text = await readFile(join(paths.runtime, controlFileName), 'utf8').catch(() => null);
  const file = text === null ? null : parseControlFile(text);
  if (file === null) return null;
  const socket = await tryConnect(file.address);
  if (socket === null) return null;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const port = createSocketPort(socket);
  port.postMessage(`${speech} ${file.secret}`);
  // Ending it politely would wait for the other side, which may never close.
  return { pid: file.pid, port, closed, abandon: () => void socket.destroy() };
}

async function tryConnect(address: string): Promise<Socket | null> {
  // Only who has left an address is connected to, and every command asks whether somebody has.
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(null));
  });
}
