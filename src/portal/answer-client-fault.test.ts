import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { answerClientFault } from './answer-client-fault.ts';

test('a request that does not go on is refused with its code when its time is over', async () => {
  const server = createServer({ requestTimeout: 50, headersTimeout: 50, connectionsCheckingInterval: 10 });
  server.on('clientError', (error, socket) =>
    answerClientFault({
      error,
      socket: socket as Parameters<typeof answerClientFault>[0]['socket'],
      log: pino({ enabled: false }),
      requestId: 'r-1',
      date: 'Mon, 02 Mar 2026 08:00:00 GMT',
    }),
  );
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET /health HTTP/1.1\r\nHost: ');
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  expect(head.split('\r\n')).toEqual([
    'HTTP/1.1 408 Request Timeout',
    'Date: Mon, 02 Mar 2026 08:00:00 GMT',
    'X-Request-Id: r-1',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ]);
  expect(JSON.parse(body)).toMatchObject({ code: 'request-timeout', status: 408 });
});
