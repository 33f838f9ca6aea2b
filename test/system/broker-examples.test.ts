import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPaths } from '../../src/core/adapters/find-paths.ts';
import { localAddress } from '../support/local-address.ts';
import { frameOf } from '../support/program-client.ts';
import { describeUnless } from '../support/skip.ts';
import { type Language, missing, prepareExamples } from './broker-support/example-commands.ts';
import {
  type PortalProcess,
  type ProgramProcess,
  runProgram,
  startPortal,
} from './broker-support/processes.ts';

const aldaba = join(import.meta.dirname, '../../out/cli/aldaba.js');
const anyKey = 'A'.repeat(43);
const withoutShell =
  process.platform === 'win32'
    ? 'what stands in for installed commands are scripts of a Unix shell'
    : undefined;

let examples: Awaited<ReturnType<typeof prepareExamples>>;
let folder: string;
const programs: ProgramProcess[] = [];

beforeAll(async () => {
  examples = await prepareExamples();
});
afterAll(() => examples.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-examples-'));
});
afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.kill();
    await program.exit;
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** What a program finds around itself on a machine of its own; `undefined` takes away what the test runner has. */
function surroundings(change: Record<string, string | undefined>): Record<string, string | undefined> {
  return {
    HOME: folder,
    PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}`,
    ALDABA_PROFILE: undefined,
    XDG_RUNTIME_DIR: undefined,
    XDG_DATA_HOME: undefined,
    DISPLAY: undefined,
    WAYLAND_DISPLAY: undefined,
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
    ...change,
  };
}

function launch(
  language: Language,
  options: readonly string[],
  change: Record<string, string | undefined> = {},
) {
  const environment = surroundings(change);
  const program = runProgram(examples.commands[language], options, environment);
  programs.push(program);
  return program;
}

/** A command of the person's PATH. */
async function install(name: string, script: string): Promise<void> {
  await mkdir(join(folder, 'bin'), { recursive: true });
  await writeFile(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'bin', name), 0o755);
}

/** A client that refuses whoever comes. */
async function startRefusing(runtime: string, data: object): Promise<Server> {
  await mkdir(runtime, { recursive: true, mode: 0o700 });
  const address = localAddress(runtime, 'broker.sock');
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () =>
      socket.write(frameOf({ jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'no', data } })),
    );
  });
  server.listen(address);
  await once(server, 'listening');
  const endpoint = { protocolVersion: 1, address, secret: null, pid: process.pid };
  await writeFile(join(runtime, 'broker.json'), JSON.stringify(endpoint));
  return server;
}

const keychainLocked = { code: 'keychain-locked', message: 'The keychain is locked.', next: 'Unlock it.' };

for (const language of ['typescript', 'python', 'cpp'] as const) {
  describeUnless(missing[language], `the example in ${language}, left to itself`, () => {
    test.each<[string, Record<string, string>]>([
      ['with a runtime folder, which a job of the same person may not know', { XDG_RUNTIME_DIR: 'run' }],
      ['without one', {}],
      ['with a data folder', { XDG_DATA_HOME: 'data' }],
      ['with an empty one', { XDG_DATA_HOME: '' }],
      ['with a profile', { ALDABA_PROFILE: 'profile' }],
    ])('looks for the client where it is: %s', async (_what, given) => {
      const change = Object.fromEntries(
        Object.entries(given).map(([name, value]) => [name, value === '' ? '' : join(folder, value)]),
      );
      const { runtime } = findPaths({
        platform: process.platform,
        environment: surroundings(change),
        home: folder,
        profile: change.ALDABA_PROFILE ?? null,
      });
      const server = await startRefusing(runtime, keychainLocked);
      const program = launch(language, [`--root-key=${anyKey}`, '--start-command', ''], change);
      // Refused while it introduces itself: said with its code, and no crash.
      expect(await program.line('refused')).toMatchObject(keychainLocked);
      expect(await program.exit).toBe(3);
      expect(program.errors).toEqual([]);
      server.close();
    });

    test('refuses a time that is none', async () => {
      const program = launch(language, [`--root-key=${anyKey}`, '--start-command', '', '--seconds', 'ten']);
      expect(await program.exit).toBe(2);
    });

    test('counts a relative folder as absent', async () => {
      const change = { XDG_DATA_HOME: 'here' };
      const { runtime } = findPaths({
        platform: process.platform,
        environment: change,
        home: folder,
        profile: null,
      });
      const server = await startRefusing(runtime, keychainLocked);
      await launch(language, [`--root-key=${anyKey}`, '--start-command', ''], change).line('refused');
      server.close();
    });

    describeUnless(withoutShell, 'and no client anywhere,', () => {
      test.each([
        ['with a display', { DISPLAY: ':7' }, ['aldaba-client --hidden', 'aldaba agent']],
        [
          'under Wayland',
          { DISPLAY: '', WAYLAND_DISPLAY: 'wayland-0' },
          ['aldaba-client --hidden', 'aldaba agent'],
        ],
        ['without a display', {}, ['aldaba agent']],
      ])(
        'tries what is documented, in that order, and says when nothing comes up: %s',
        async (_what, change, commands) => {
          const tried = join(folder, 'tried');
          for (const name of ['aldaba', 'aldaba-client'])
            await install(name, `echo ${name} "$@" >>'${tried}'; exit 1`);
          const program = launch(language, [`--root-key=${anyKey}`], change);
          await program.line('failed');
          expect(await program.exit).toBe(1);
          expect((await readFile(tried, 'utf8')).trim().split('\n')).toEqual(commands);
        },
      );
    });
  });
}

describe('A17: on a machine with no display and no terminal, where nobody has signed in', () => {
  let portal: PortalProcess;
  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal.stop());

  let agentOf: string | null = null;
  afterEach(async () => {
    const note = agentOf === null ? null : await readFile(agentOf, 'utf8').catch(() => null);
    agentOf = null;
    if (note === null) return;
    process.kill(JSON.parse(note).pid, 'SIGTERM');
    // An orderly end takes away what programs find it by.
    const left = () => readdir(join(folder, 'profile/run'));
    await expect.poll(left).toEqual(['locks']);
  });

  async function aldabaCommand(
    change: Record<string, string>,
    args: readonly string[],
  ): Promise<number | null> {
    const environment = surroundings(change) as NodeJS.ProcessEnv;
    const command = spawn(join(folder, 'bin/aldaba'), args, {
      env: environment,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    command.stdin?.end(`${portal.password}\n`);
    return ((await once(command, 'exit')) as [number | null])[0];
  }

  for (const language of ['typescript', 'python', 'cpp'] as const) {
    describeUnless(withoutShell ?? missing[language], `the first program, in ${language}`, () => {
      test('starts the client, waits, says for what, and computes once somebody signed in', async () => {
        await install('aldaba', `exec '${process.execPath}' '${aldaba}' "$@"`);
        const change = { ALDABA_PROFILE: join(folder, 'profile'), ALDABA_DEVELOPMENT_ROOT: portal.rootKey };
        agentOf = join(folder, 'profile/run/broker.json');
        const options = ['--program', 'viga', `--root-key=${portal.rootKey}`, '--language', 'en'];
        const program = launch(language, options, change);
        expect((await program.line('message')).text).toContain('aldaba sign-in');
        const signedIn = await aldabaCommand(change, [
          'sign-in',
          '--portal',
          portal.relay.url,
          '--email',
          portal.email,
        ]);
        expect(signedIn).toBe(0);
        expect(await program.line('license')).toMatchObject({ permit: 'full', verified: true });
        program.interrupt();
        await program.line('released');
        expect(await program.exit).toBe(0);
      });
    });
  }
});
