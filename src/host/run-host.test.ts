import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import en from '../../resources/locales/en/shell.json' with { type: 'json' };
import es from '../../resources/locales/es/shell.json' with { type: 'json' };
import pt from '../../resources/locales/pt/shell.json' with { type: 'json' };
import { createFixedClock, type FixedClock } from '../../test/fakes/clock.ts';
import { becomes } from '../../test/support/becomes.ts';
import { connectProgram, type ProgramClient } from '../../test/support/program-client.ts';
import { removeProfile } from '../../test/support/remove-profile.ts';
import { connectToRunning } from '../core/shell/control-client.ts';
import { createTranslate } from '../core/shell/texts.ts';
import { createDesktop } from './desktop.ts';
import { type RunningHost, runHost } from './run-host.ts';

let folder: string;
let program: ProgramClient | undefined;
let clock: FixedClock;
const running: RunningHost[] = [];
const said: string[] = [];

/** A host that nobody has signed in to, on a desktop that remembers the command lines of what it started. */
async function start(run: (program: string, args: readonly string[]) => Promise<void>): Promise<RunningHost> {
  const host = await runHost({
    surroundings: {
      environment: {},
      profile: folder,
      settings: ['mode=cloud-signin', 'portal=http://127.0.0.1:2'],
    },
    page: join(folder, 'page'),
    port: 0,
    open: true,
    version: '1.2.3',
    rootKeys: [],
    desktop: createDesktop('linux', { DISPLAY: ':0' }, run),
    clock,
    language: 'es',
    translations: {
      es: createTranslate('es', es),
      en: createTranslate('en', en),
      pt: createTranslate('pt', pt),
    },
    say: (text) => void said.push(text),
    asked: () => {},
  });
  running.push(host);
  return host;
}

const pages = async () => (await readdir(join(folder, 'run'))).filter((name) => name.endsWith('.html'));

beforeEach(async () => {
  clock = createFixedClock();
  folder = await mkdtemp(join(tmpdir(), 'aldaba-run-host-'));
  await mkdir(join(folder, 'page'));
  await writeFile(join(folder, 'page', 'index.html'), '<!doctype html>');
});
afterEach(async () => {
  program?.close();
  program = undefined;
  said.length = 0;
  for (const host of running.splice(0).toReversed()) await host.stop();
  await removeProfile(folder);
});

test('the launch link stands on no command line: the browser gets a page of the person’s own that leads there, once', async () => {
  const lines: string[][] = [];
  const run = async (name: string, args: readonly string[]) => void lines.push([name, ...args]);
  const first = await start(run);
  // A second start on the profile opens the first one's page.
  const second = await start(run);
  expect([first.own, second.own, lines.length]).toEqual([true, false, 2]);
  for (const [at, { link }] of [first, second].entries()) {
    const token = new URL(link).pathname.split('/').at(-1) ?? '';
    expect(lines.flat().join(' ')).not.toContain(token);
    const page = lines[at]?.[1] ?? '';
    expect((await readFile(page, 'utf8')).includes(`url=${link}"`)).toBe(true);
    if (process.platform !== 'win32') expect((await stat(page)).mode & 0o777).toBe(0o600);
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(303);
    await becomes(async () => expect(await pages()).not.toContain(basename(page)));
  }
  expect(await pages()).toEqual([]);
});

test('a browser without a link is told so in the language that was chosen, else its own, else that of the start', async () => {
  const { address, link } = await start(async () => {});
  const ask = async (language: string) => {
    const answer = await fetch(address, { headers: { accept: 'text/html', 'accept-language': language } });
    expect(answer.status).toBe(401);
    return /<html lang="(..)">/.exec(await answer.text())?.[1];
  };
  expect(await ask('fr, pt-BR;q=0.8, en;q=0.5')).toBe('pt');
  expect(await ask('en-GB')).toBe('en');
  expect(await ask('fr')).toBe('es');
  await fetch(link, { redirect: 'manual' });
  const used = await fetch(link, { headers: { accept: 'text/html', 'accept-language': 'en' } });
  expect([used.status, await used.text()]).toEqual([403, expect.stringContaining(en.host.usedLink.title)]);
  const control = await connectToRunning({ runtime: join(folder, 'run') });
  await control?.client.client.settings.update({ language: 'pt' });
  control?.close();
  expect(await ask('en-GB')).toBe('pt');
});

test('a link that nobody opened is gone with the host', async () => {
  const host = await start(async () => {});
  expect(await pages()).toHaveLength(1);
  running.length = 0;
  await host.stop();
  expect(await pages()).toEqual([]);
});

/** A program asks for a license that nobody has signed in for. */
async function ask(): Promise<{ readonly program: ProgramClient; readonly outcome: () => void }> {
  const { address, secret } = JSON.parse(await readFile(join(folder, 'run', 'broker.json'), 'utf8'));
  program = await connectProgram(address, secret);
  await program.initialize('viga');
  const outcome = vi.fn();
  program.request('license/acquire').then(outcome, outcome);
  return { program, outcome };
}

test('a browser that cannot be started: the link is said, and the program waits for the sign-in', async () => {
  const host = await start(() => Promise.reject(new Error('ENOENT')));
  const { program, outcome } = await ask();
  await becomes(() => expect(said).toHaveLength(1));
  expect(said[0]).toMatch(new RegExp(`${host.address}/launch/[\\w-]{43}$`));
  await program.request('license/status');
  expect(outcome).not.toHaveBeenCalled();
  await clock.advance(60_000);
  expect(said).toHaveLength(1);
});

test('a browser that was started and does not come for its page: the link is said once', async () => {
  const host = await start(async () => {});
  await ask();
  await becomes(() => expect(clock.pending).toBe(1));
  await clock.advance(4999);
  expect(said).toEqual([]);
  await clock.advance(60_000);
  expect(said).toEqual([expect.stringMatching(new RegExp(`${host.address}/launch/[\\w-]{43}$`))]);
});

test('a browser that comes for its page: nothing is said', async () => {
  let opened = 0;
  await start(async (_name, [page = '']) => {
    const link = /url=([^"]+)"/.exec(await readFile(page, 'utf8'))?.[1] ?? '';
    await fetch(link, { redirect: 'manual' });
    opened++;
  });
  await ask();
  await becomes(() => expect(opened).toBe(2));
  expect(clock.pending).toBe(0);
  await clock.advance(60_000);
  expect(said).toEqual([]);
});

test('a host that ends waits for no browser', async () => {
  const host = await start(async () => {});
  await ask();
  await becomes(() => expect(clock.pending).toBe(1));
  running.length = 0;
  await host.stop();
  expect(clock.pending).toBe(0);
});
