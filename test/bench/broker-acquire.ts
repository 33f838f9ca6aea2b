import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { atMost, below, percentile, type Run } from './figure.ts';

const warmUp = 2000;
const rounds = 10;
const perRound = 1500;

export const figures = {
  'broker-acquire-p50': atMost(3, 'ms', 'a bare echo'),
  'broker-acquire-p99': atMost(5, 'ms', 'a bare echo'),
  'broker-acquire-p99-absolute': below(5, 'ms', 'on a quiet machine'),
  'silent-start-p95': below(50, 'ms', 'connect, initialize, acquire'),
};

/**
 * What a program waits for when its license is there already, against a server that only returns the frame, in the same process, on the
 * same kind of socket, asked by the same client with the same request. Rounds alternate, so that both see the same machine.
 */
export const run: Run<typeof figures> = async (asks) => {
  const child = fork(join(import.meta.dirname, 'support/broker-child.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    const [addresses] = (await once(child, 'message')) as [{ broker: string; echo: string }];
    const program = await open(addresses.broker);
    await program.initialize();
    const echo = await open(addresses.echo);
    for (let count = 0; count < warmUp; count++) {
      await program.ask(acquire);
      await echo.ask(acquire);
    }
    const acquires: number[] = [];
    const echoes: number[] = [];
    if (asks('broker-acquire-p50', 'broker-acquire-p99', 'broker-acquire-p99-absolute'))
      for (let round = 0; round < rounds; round++) {
        await measure(() => echo.ask(acquire), perRound, echoes);
        await measure(() => program.ask(acquire), perRound, acquires);
      }
    const starts: number[] = [];
    if (asks('silent-start-p95')) await measure(() => silentStart(addresses.broker), 300, starts);
    program.close();
    echo.close();
    return {
      ...(acquires.length > 0 && {
        'broker-acquire-p50': { value: percentile(acquires, 50), limit: percentile(echoes, 50) },
        'broker-acquire-p99': { value: percentile(acquires, 99), limit: percentile(echoes, 99) },
        'broker-acquire-p99-absolute': { value: percentile(acquires, 99) },
      }),
      ...(starts.length > 0 && { 'silent-start-p95': { value: percentile(starts, 95) } }),
    };
  } finally {
    child.disconnect();
    await once(child, 'exit');
  }
};

const acquire = {
  jsonrpc: '2.0',
  id: 1,
  method: 'license/acquire',
  params: { features: [], interactive: true },
};

async function silentStart(address: string): Promise<void> {
  const program = await open(address);
  await program.initialize();
  await program.ask(acquire);
  program.close();
}

async function measure(work: () => Promise<unknown>, times: number, into: number[]): Promise<void> {
  for (let count = 0; count < times; count++) {
    const before = performance.now();
    await work();
    into.push(performance.now() - before);
  }
}

async function open(address: string) {
  const socket: Socket = connect(address);
  await once(socket, 'connect');
  let buffered = Buffer.alloc(0);
  let answered: (body: string) => void = () => undefined;
  socket.on('data', (chunk) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    const end = buffered.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(buffered.toString('latin1', 'Content-Length: '.length, end));
    if (buffered.length < end + 4 + length) return;
    const body = buffered.toString('utf8', end + 4, end + 4 + length);
    buffered = buffered.subarray(end + 4 + length);
    answered(body);
  });
  async function ask(message: object): Promise<Record<string, unknown>> {
    const answer = new Promise<string>((resolve) => {
      answered = resolve;
    });
    const json = JSON.stringify(message);
    socket.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
    const body = JSON.parse(await answer);
    if (body.error !== undefined) throw new Error(JSON.stringify(body.error));
    return body;
  }
  return {
    ask,
    initialize: () =>
      ask({
        jsonrpc: '2.0',
        id: 0,
        method: 'initialize',
        params: {
          protocolVersion: 1,
          program: 'viga',
          version: '2026.1',
          nonce: randomBytes(32).toString('base64url'),
        },
      }),
    close: () => void socket.destroy(),
  };
}
