import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { portalMarker } from '../../src/contract/portal/description.ts';
import { type RunningProcess, startClient } from '../../src/core/shell/start-client.ts';
import { createFakeFrame } from '../fakes/electron/index.ts';
import { createRecordingOpener, type RecordingOpener } from '../fakes/opener.ts';
import { becomes } from '../support/becomes.ts';
import { connectProgram } from '../support/program-client.ts';
import { removeProfile } from '../support/remove-profile.ts';
import { boot, quit, speak } from './boot.ts';

const page = createFakeFrame('aldaba-app://window/');
let folder: string;
let own: RecordingOpener;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-attach-'));
  own = createRecordingOpener();
  own.hasWindow = false;
});
afterEach(() => removeProfile(folder));

/** As `aldaba agent` starts it: without any window. */
function startAgent(settings: readonly string[] = []): Promise<RunningProcess> {
  return startClient({
    surroundings: { environment: {}, profile: folder, settings },
    shell: { name: 'agent', client: { version: '9.9.9', shell: 'cli' }, opener: own, rootKeys: [] },
    actions: {
      kind: 'agent',
      version: '9.9.9',
      address: () => null,
      open: async () => ({ link: null }),
      stop: () => {},
    },
  });
}

async function bootAttached() {
  const electron = await boot(folder);
  await electron.becomeReady();
  await becomes(() => expect(electron.trays).toHaveLength(1));
  return electron;
}

/** Until the agent knows the window. */
const attached = (agent: RunningProcess) =>
  becomes(() => expect(agent.core.state.get().client.shell).toBe('electron'));

test('a window that is opened while an agent runs shows the agent’s client, and takes over when the agent ends', async () => {
  const agent = await startAgent();
  const electron = await bootAttached();
  const port = electron.connect('aldaba:port', page);
  const gone = new Promise((resolve) => port.once('close', resolve));
  const window = speak(port);
  await attached(agent);
  expect((await window.state.get()).client).toMatchObject({ version: '9.9.9', shell: 'electron' });
  const watching = await window.state.watch();
  await watching.next();
  await window.settings.update({ theme: 'light' });
  await becomes(async () =>
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

test('a window that comes back while the agent is still ending waits for it, and then takes over', async () => {
  const agent = await startAgent();
  const electron = await bootAttached();
  const port = electron.connect('aldaba:port', page);
  const gone = new Promise((resolve) => port.once('close', resolve));
  await speak(port).state.get();
  // An agent first stops answering windows, and keeps its programs until the portal has its leases back.
  const portalAnswers = Promise.withResolvers<void>();
  const stop = agent.core.stop;
  vi.spyOn(agent.core, 'stop').mockImplementation(async () => {
    await portalAnswers.promise;
    await stop();
  });
  const ended = agent.stop();
  await gone;
  const [first, second] = [electron.connect('aldaba:port', page), electron.connect('aldaba:port', page)];
  // Each try opens the profile's secrets, and says so.
  const tries = async () =>
    (await readFile(join(folder, 'logs/window.log'), 'utf8')).match(/keychain/g)?.length ?? 0;
  await becomes(async () => expect(await tries()).toBeGreaterThan(1));
  portalAnswers.resolve();
  await ended;
  for (const each of [first, second])
    expect((await speak(each).state.get()).client).toMatchObject({ version: '0.1.0' });
  expect(electron.calls.filter((call) => call.startsWith('showErrorBox'))).toEqual([]);
  await quit(electron);
});

test('what the agent opens and shows, the attached window opens and shows, while it is there', async () => {
  const agent = await startAgent(['mode=cloud-signin', 'portal=http://127.0.0.1:2']);
  const electron = await bootAttached();
  await attached(agent);
  const { opener } = agent.ports;
  await opener.openFile('/a/setup.run');
  await opener.showInFolder('/a/setup.run');
  await opener.openExternal('https://aldaba.example/help');
  expect(electron.opened).toEqual({
    paths: ['/a/setup.run'],
    folders: ['/a/setup.run'],
    addresses: ['https://aldaba.example/help'],
  });
  await expect(opener.openExternal('https://example.com/')).rejects.toMatchObject({ code: 'open-failed' });

  const [window] = electron.windows;
  window?.hide();
  const { address, secret } = JSON.parse(await readFile(join(folder, 'run/broker.json'), 'utf8'));
  const program = await connectProgram(address, secret);
  await program.initialize('viga');
  const outcome = vi.fn();
  program.request('license/acquire').then(outcome, outcome);
  await becomes(() => expect([window?.visible, electron.calls.includes('focus')]).toEqual([true, true]));
  await program.request('license/status');
  expect(outcome).not.toHaveBeenCalled();
  program.close();

  await quit(electron);
  await becomes(() => expect(agent.core.state.get().client.shell).toBe('cli'));
  await opener.openFile('/a/other.run');
  expect(own.files).toEqual(['/a/other.run']);
  expect(await opener.showWindow('sign-in')).toBe(false);
  await agent.stop();
});

test('an attached window follows the agent’s settings, and its links lead where the portal sells', async () => {
  const portal = createServer((_request, response) => {
    const description = {
      portal: portalMarker,
      api: 'v1',
      name: 'Cóndor',
      buyUrl: 'https://shop.example/seats',
    };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(description));
  });
  await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
  const { port } = portal.address() as AddressInfo;
  const agent = await startAgent([`portal=http://127.0.0.1:${port}`]);
  const electron = await bootAttached();
  await agent.ports.settings.update({ theme: 'dark', language: 'pt' });
  await becomes(() => {
    expect(electron.module.nativeTheme.themeSource).toBe('dark');
    expect(electron.trays[0]?.menu[0]?.label).toBe('Abrir o Aldaba');
  });
  const contents = electron.windows[0]?.webContents;
  contents?.open('https://example.com/seats');
  contents?.open('https://shop.example/seats?product=viga');
  await becomes(() => expect(electron.opened.addresses).toEqual(['https://shop.example/seats?product=viga']));
  await quit(electron);
  await agent.stop();
  portal.close();
});

test('what keeps the client from starting is said, and the program ends', async () => {
  // A file where the runtime folder has to be.
  await writeFile(join(folder, 'run'), '');
  const electron = await boot(folder);
  await electron.becomeReady();
  await becomes(() => expect(electron.calls).toContain('exit 1'));
  expect(electron.calls.find((call) => call.startsWith('showErrorBox'))).toContain(
    'Aldaba no pudo iniciarse',
  );
});
