import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink as FetchLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { createRouterClient } from '@orpc/server';
import { RPCHandler as PortHandler } from '@orpc/server/message-port';
import { RPCHandler as HttpHandler } from '@orpc/server/node';
import type { ClientContract } from '../../src/contract/client.ts';
import type { CoreRouter } from '../../src/core/router/create-router.ts';

export type Client = ContractRouterClient<ClientContract>;

export interface Transport {
  readonly name: string;
  connect(router: CoreRouter): Promise<{ client: Client; close(): Promise<void> }>;
}

/** The ways in which a window, the command line or a test reaches the core. */
export const transports: readonly Transport[] = [
  {
    name: 'direct call',
    async connect(router) {
      return { client: createRouterClient(router), close: async () => {} };
    },
  },
  {
    name: 'MessagePort',
    async connect(router) {
      const { port1, port2 } = new MessageChannel();
      new PortHandler(router).upgrade(port1 as unknown as MessagePort);
      port1.start();
      port2.start();
      const client: Client = createORPCClient(new PortLink({ port: port2 as unknown as MessagePort }));
      return {
        client,
        async close() {
          port1.close();
          port2.close();
        },
      };
    },
  },
  {
    name: 'HTTP on the loopback address',
    async connect(router) {
      const handler = new HttpHandler(router);
      const server = createServer(async (request, response) => {
        const { matched } = await handler.handle(request, response, { prefix: '/rpc' });
        if (!matched) response.writeHead(404).end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const client: Client = createORPCClient(new FetchLink({ url: `http://127.0.0.1:${port}/rpc` }));
      return {
        client,
        close: () =>
          new Promise((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      };
    },
  },
];
