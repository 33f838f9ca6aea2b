import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { createFileSecrets } from '../../../src/core/adapters/file-secrets.ts';
import { createSystemClock } from '../../../src/core/adapters/system-clock.ts';
import { createUndiciHttp } from '../../../src/core/adapters/undici-http.ts';
import { createBroker } from '../../../src/core/broker/create-broker.ts';
import { createCore } from '../../../src/core/create-core.ts';
import { createFixedHardware } from '../../fakes/hardware.ts';
import { createMemoryLog } from '../../fakes/log.ts';
import { createMemorySettings } from '../../fakes/settings.ts';

/** The whole client in a process of its own: real clock, disk, sockets and HTTP. A person is played by messages from the test. */
const { profile, portal, rootKey } = JSON.parse(process.argv[2] ?? '{}');
const network = { proxy: null, extraCaFile: null };
const http = createUndiciHttp({ network: () => network });
const core = createCore(
  {
    clock: createSystemClock(),
    secrets: createFileSecrets(join(profile, 'secrets')),
    settings: createMemorySettings({ stored: { value: { mode: 'cloud-signin', portal } } }),
    http,
    hardware: createFixedHardware(),
    opener: {
      async showWindow(reason) {
        process.send?.({ window: reason });
        return true;
      },
      openFile: async () => undefined,
      showInFolder: async () => undefined,
      openExternal: async () => undefined,
    },
    log: createMemoryLog(),
    paths: {
      config: join(profile, 'config'),
      data: join(profile, 'data'),
      runtime: join(profile, 'run'),
      downloads: join(profile, 'downloads'),
      logs: join(profile, 'logs'),
    },
    client: { version: '0.1.0', shell: 'test' },
    rootKeys: [rootKey],
  },
  createBroker,
);
const client = createRouterClient(core.router);

async function stop(): Promise<never> {
  await core.stop();
  await http.close();
  process.exit(0);
}
process.once('disconnect', () => void stop());
process.on('message', async (message: { ask: string; email?: string; password?: string }) => {
  switch (message.ask) {
    case 'sign-in':
      await client.setup.signIn({ email: message.email ?? '', password: message.password ?? '' });
      break;
    case 'cancel':
      await client.setup.cancelSignIn();
      break;
    case 'check':
      await client.connection.check();
      break;
    case 'stop':
      await stop();
  }
  const { uses, licenses, setup, device } = await client.state.get();
  process.send?.({ answer: message.ask, uses, licenses, setup, device });
});
await core.start();
process.send?.({ ready: true });
