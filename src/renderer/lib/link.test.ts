import { RPCHandler } from '@orpc/server/message-port';
import { afterEach, expect, test, vi } from 'vitest';
import { createFakeCore } from '../../../test/fakes/client/fake-core.ts';
import { signedInState } from '../../../test/fakes/client/states.ts';
import { createClient, portConnect, type Wire } from './link.ts';

const open: Wire[] = [];
afterEach(() => {
  for (const wire of open.splice(0)) wire.close();
});

/** What `portConnect` needs of a page, with a preload that serves `core` on the port that it is handed. */
function createPage(core: ReturnType<typeof createFakeCore>) {
  const posted: { message: unknown; origin: unknown }[] = [];
  const ports: MessagePort[] = [];
  const page = {
    location: { origin: 'aldaba-app://window', protocol: 'aldaba-app:', reload: vi.fn() },
    postMessage(message: unknown, origin: unknown, transfer: MessagePort[]) {
      posted.push({ message, origin });
      const [port] = transfer;
      if (port === undefined) throw new Error('no port');
      ports.push(port);
      new RPCHandler(core.router).upgrade(port, { context: {} });
      port.start();
    },
  };
  return { page: page as unknown as Window, posted, ports, reload: page.location.reload };
}

test('Electron: one end of a channel goes to the page itself, where the preload takes it, and procedures run over it', async () => {
  const core = createFakeCore({ state: signedInState });
  const { page, posted } = createPage(core);
  const wire = await portConnect(page)();
  open.push(wire);
  expect(posted).toEqual([{ message: 'aldaba:port', origin: 'aldaba-app://window' }]);
  const client = createClient(() => wire);
  await expect(client.state.get()).resolves.toEqual(signedInState);
  core.refuse('licenses.renew', 'unavailable', { retryAfter: 3 });
  await expect(client.licenses.renew()).rejects.toMatchObject({
    code: 'unavailable',
    data: { retryAfter: 3 },
  });
});

test('Electron: a port is handed over once per document, so after a loss the page loads anew', async () => {
  const { page, ports, reload } = createPage(createFakeCore({ state: signedInState }));
  const connect = portConnect(page);
  const wire = await connect();
  open.push(wire);
  ports[0]?.close();
  await wire.closed;
  void connect();
  expect(reload).toHaveBeenCalledOnce();
});
