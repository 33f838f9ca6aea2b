import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { needs } from '../../test/support/skip.ts';
import { runProcess } from './run-process.ts';

const node = (source: string) => [process.execPath, '--eval', source];

test('gives the exit code and all that was printed', async () => {
  const { code, output } = await runProcess(
    node('console.log("a"); console.error("b"); process.exitCode = 3'),
    {
      cwd: '.',
    },
  );
  expect(code).toBe(3);
  expect(output.split('\n').sort()).toEqual(['', 'a', 'b']);
});

test('a program that is not there is a result, not an exception', async () => {
  expect((await runProcess(['/no/such/program'], { cwd: '.' })).code).toContain('ENOENT');
});

test('a signal is named', async (context) => {
  needs(context, process.platform !== 'win32', 'Windows has no signals between processes');
  expect((await runProcess(node('process.kill(process.pid, "SIGTERM")'), { cwd: '.' })).code).toBe('SIGTERM');
});

test('an abort ends it together with what it started', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const grandchild = `require('net').connect(${port}, '127.0.0.1')`;
  const child = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' })`;
  const connected = once(server, 'connection');
  const abort = new AbortController();
  const run = runProcess(node(child), { cwd: '.', signal: abort.signal });
  const [socket] = (await connected) as [Socket];
  socket.on('error', () => undefined);
  const closed = once(socket.resume(), 'close');
  abort.abort();
  await closed;
  expect((await run).code).toBe('SIGKILL');
  server.close();
});
