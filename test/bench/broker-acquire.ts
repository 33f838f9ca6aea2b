import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { atMost, type Bench, below, percentile } from './figure.ts';

const warmUp = 2000;
const rounds = 10;
const perRound = 1500;

/**
 * What a program waits for when its license is there already, against a server that only returns the frame, in the same process, on the
 * same kind of socket, asked by the same client with the same request. Rounds alternate, so that both see the same machine.
 */
export const run: Bench = async () => {
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
    for (let round = 0; round < rounds; round++) {
      await measure(() => echo.ask(acquire), perRound, echoes);
      await measure(() => program.ask(acquire), perRound, acquires);
    }
    const starts: number[] = [];
    await measure(() => silentStart(addresses.broker), 300, starts);
    program.close();
    echo.close();
    return [
      atMost('broker-acquire-p50', percentile(acquires, 50), 'ms', percentile(echoes, 50), 3, 'a bare echo'),
      atMost('broker-acquire-p99', percentile(acquires, 99), 'ms', percentile(echoes, 99), 5, 'a bare echo'),
      below('broker-acquire-p99-absolute', percentile(acquires, 99), 'ms', 5, 'on a quiet machine'),
      below('silent-start-p95', percentile(starts, 95), 'ms', 50, 'connect, initialize, acquire'),
    ];
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
