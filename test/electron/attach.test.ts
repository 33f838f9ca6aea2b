import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startClient } from '../../src/core/shell/start-client.ts';
import { createFakeFrame } from '../fakes/electron/index.ts';
import { createRecordingOpener } from '../fakes/opener.ts';
import { boot, quit, speak } from './boot.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-attach-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a window that is opened while an agent runs shows the agent’s client, and takes over when the agent ends', async () => {
  const agent = await startClient({
    surroundings: { environment: {}, profile: folder, settings: [] },
    shell: {
      name: 'agent',
      client: { version: '9.9.9', shell: 'cli' },
      opener: createRecordingOpener(),
      rootKeys: [],
    },
    actions: {
      kind: 'agent',
      version: '9.9.9',
      address: () => null,
      open: async () => ({ link: null }),
      stop: () => {},
    },
  });
  const electron = await boot(folder);
  await electron.becomeReady();
  const page = createFakeFrame('aldaba-app://window/');
  const port = electron.connect('aldaba:port', page);
  const gone = new Promise((resolve) => port.once('close', resolve));
  const window = speak(port);
  expect((await window.state.get()).client).toMatchObject({ version: '9.9.9', shell: 'cli' });
  const watching = await window.state.watch();
  await watching.next();
  await window.settings.update({ theme: 'light' });
  await vi.waitFor(async () =>
    expect((await watching.next()).value).toMatchObject({ settings: { theme: 'light' } }),
  );
  expect(agent.ports.settings.current().theme).toBe('light');

  await agent.stop();
  await gone;
  // The page loads anew and asks for another port.
  const again = speak(electron.connect('aldaba:port', page));
  expect((await again.state.get()).client).toMatchObject({ version: '0.1.0', shell: 'electron' });
  expect((await again.state.get()).settings.theme).toBe('light');
  await quit(electron);
});

test('what keeps the client from starting is said, and the program ends', async () => {
  const { writeFile } = await import('node:fs/promises');
  // A file where the runtime folder has to be.
  await writeFile(join(folder, 'run'), '');
  const electron = await boot(folder);
  await electron.becomeReady();
  await vi.waitFor(() => expect(electron.calls).toContain('exit 1'), { timeout: 8000 });
  expect(electron.calls.find((call) => call.startsWith('showErrorBox'))).toContain(
    'Aldaba no pudo iniciarse',
  );
});
