import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeUnless } from '../support/skip.ts';
import { type Language, languages, missing, prepareExamples } from './broker-support/example-commands.ts';
import {
  type ClientProcess,
  createProfile,
  type PortalProcess,
  type ProgramProcess,
  runProgram,
  startClient,
  startPortal,
  startRelay,
} from './broker-support/processes.ts';

let examples: Awaited<ReturnType<typeof prepareExamples>>;
let profile: Awaited<ReturnType<typeof createProfile>>;
let portal: PortalProcess;
let client: ClientProcess;
const programs: ProgramProcess[] = [];

beforeAll(async () => {
  [examples, portal] = await Promise.all([prepareExamples(), startPortal()]);
});
afterAll(async () => {
  await portal.stop();
  await examples.remove();
});
beforeEach(async () => {
  profile = await createProfile();
  client = await startClient(profile.path, portal.relay.url, portal.rootKey);
});
afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.kill();
    await program.exit;
  }
  await client.stop();
  await profile.remove();
});

function launch(language: Language, product: string, more: readonly string[] = []): ProgramProcess {
  const options = [
    '--program',
    product,
    `--root-key=${portal.rootKey}`,
    '--runtime',
    client.runtime,
    '--start-command',
    '',
    ...more,
  ];
  const program = runProgram(examples.commands[language], options);
  programs.push(program);
  return program;
}

const mix = (index: number): Language => languages[index % languages.length] ?? 'typescript';
const products = ['viga', 'portico', 'zapata'] as const;

describe('A17: credentials are asked once', () => {
  test('ten programs of several languages at once, nobody signed in: one sign-in, ten answers', async () => {
    const ten = Array.from({ length: 10 }, (_, index) => launch(mix(index), products[index % 3] ?? 'viga'));
    await Promise.all(ten.map((program) => program.line('connected')));
    await expect.poll(async () => (await client.state()).uses.length).toBe(10);
    expect(client.windows).toEqual(['sign-in']);
    await client.signIn(portal);
    for (const program of ten) {
      expect(await program.line('license')).toMatchObject({
        permit: 'full',
        verified: true,
        may: ['open', 'save', 'export', 'compute'],
      });
    }
    expect(client.windows).toEqual(['sign-in']);
    expect(await portal.held(client)).toEqual(['portico', 'viga', 'zapata']);
    for (const program of ten) program.interrupt();
    expect(await Promise.all(ten.map((program) => program.exit))).toEqual(Array(10).fill(0));
    await expect.poll(() => portal.held(client), { timeout: 6000 }).toEqual([]);
  });

  test('the person closes the sign-in: all ten hear so, and what to do', async () => {
    const ten = Array.from({ length: 10 }, (_, index) =>
      launch(mix(index), products[index % 3] ?? 'viga', ['--language', 'es']),
    );
    await expect.poll(async () => (await client.state()).uses.length).toBe(10);
    await client.cancelSignIn();
    for (const program of ten) {
      expect(await program.line('refused')).toMatchObject({
        code: 'sign-in-cancelled',
        next: expect.stringMatching(/\w/),
      });
    }
    expect(await Promise.all(ten.map((program) => program.exit))).toEqual(Array(10).fill(4));
    expect((await client.state()).uses).toEqual([]);
  });

  test('a program started without a question ends at once', async () => {
    const program = launch('typescript', 'viga', ['--no-question']);
    expect(await program.line('refused')).toMatchObject({ code: 'not-signed-in' });
    expect(await program.exit).toBe(4);
    expect(client.windows).toEqual([]);
  });

  test('the second program of another language starts with no question', async () => {
    const first = launch(mix(0), 'viga');
    await first.line('connected');
    await expect.poll(() => client.windows).toEqual(['sign-in']);
    await client.signIn(portal);
    await first.line('license');
    const second = launch(mix(1), 'portico', ['--no-question']);
    expect(await second.line('license')).toMatchObject({ permit: 'full', verified: true });
    expect(client.windows).toEqual(['sign-in']);
  });

  test('interrupted while it waits for the sign-in, a program ends and its place with it', async () => {
    for (const language of languages) {
      const program = launch(language, 'viga');
      await program.line('connected');
      await expect.poll(async () => (await client.state()).uses.length).toBe(1);
      program.interrupt();
      expect(await program.exit, language).toBe(0);
      await expect.poll(async () => (await client.state()).uses.length).toBe(0);
    }
  });
});

describe('a program that dies', () => {
  test('with kill -9 frees its use at once and its seat within 5 s', async () => {
    const program = launch('typescript', 'viga');
    await expect.poll(() => client.windows).toEqual(['sign-in']);
    await client.signIn(portal);
    await program.line('license');
    expect(await portal.held(client)).toEqual(['viga']);
    const died = performance.now();
    program.kill();
    await expect.poll(async () => (await client.state()).uses, { timeout: 5000, interval: 20 }).toEqual([]);
    await expect.poll(() => portal.held(client), { timeout: 5000, interval: 50 }).toEqual([]);
    expect(performance.now() - died).toBeLessThan(5000);
  });
});

describe('silent start', () => {
  test('with a warm lease, though the portal’s port is closed', async () => {
    const first = launch('typescript', 'viga');
    await expect.poll(() => client.windows).toEqual(['sign-in']);
    await client.signIn(portal);
    await first.line('license');
    await portal.relay.cut();
    const second = launch('typescript', 'viga', ['--no-question']);
    expect(await second.line('license')).toMatchObject({ permit: 'full', verified: true });
    await portal.relay.mend();
  });

  test('also right after the client was started again: from disk, and the server that only counts has counted nothing', async () => {
    const first = launch('typescript', 'viga');
    await expect.poll(() => client.windows).toEqual(['sign-in']);
    await client.signIn(portal);
    await first.line('license');
    await client.kill();
    first.kill();
    await first.exit;

    const nobody = await startRelay();
    const stored = await readFile(join(profile.path, 'data/licenses/viga.json'), 'utf8');
    expect(JSON.parse(stored).right.leaving).toBe(false);
    client = await startClient(profile.path, nobody.url, portal.rootKey);
    const program = launch('typescript', 'viga', ['--no-question']);
    const license = await program.line('license');
    expect(nobody.connections).toBe(0);
    expect(license).toMatchObject({ permit: 'full', verified: true });
    await nobody.close();
  });
});

describe('the client is killed and comes back', () => {
  test('programs go on, come back to it, and the seat is one', async () => {
    const program = launch(mix(1), 'portico');
    await expect.poll(() => client.windows).toEqual(['sign-in']);
    await client.signIn(portal);
    await program.line('license');
    await client.kill();
    await program.line('lost');
    expect(program.child.exitCode).toBeNull();
    client = await startClient(profile.path, portal.relay.url, portal.rootKey);
    await expect.poll(() => program.lines.filter(({ event }) => event === 'license').length).toBe(2);
    expect(client.windows).toEqual([]);
    expect(await portal.held(client)).toEqual(['portico']);
  });
});

for (const [language, product] of [
  ['typescript', 'viga'],
  ['python', 'portico'],
  ['cpp', 'zapata'],
] as const) {
  describeUnless(missing[language], `the example in ${language}`, () => {
    test('acquires, verifies the signature itself, holds, and releases', async () => {
      const program = launch(language, product, ['--language', 'en']);
      await expect.poll(() => client.windows).toEqual(['sign-in']);
      await client.signIn(portal);
      expect(await program.line('license')).toMatchObject({
        state: 'active',
        permit: 'full',
        verified: true,
        kind: 'lease',
        message: 'License active.',
      });
      expect((await client.state()).uses).toMatchObject([{ program: product, state: 'running' }]);
      program.interrupt();
      await program.line('released');
      expect(await program.exit).toBe(0);
      expect(program.errors).toEqual([]);
      await expect.poll(() => portal.held(client), { timeout: 6000 }).toEqual([]);
    });

    test('does not compute with a license that another root signed', async () => {
      const foreign = `-${'A'.repeat(42)}`;
      const program = runProgram(examples.commands[language], [
        '--program',
        product,
        `--root-key=${foreign}`,
        '--runtime',
        client.runtime,
      ]);
      programs.push(program);
      await expect.poll(() => client.windows).toEqual(['sign-in']);
      await client.signIn(portal);
      expect(await program.line('license')).toMatchObject({
        permit: 'full',
        verified: false,
        may: ['open', 'save', 'export'],
      });
    });

    test('ends by itself after --seconds, and says when there is no client', async () => {
      await client.stop();
      const lonely = launch(language, product, ['--seconds', '5']);
      await lonely.line('failed');
      expect(await lonely.exit).toBe(1);
    });

    test('starts the client when it does not run', async () => {
      await client.stop();
      const child = join(import.meta.dirname, 'broker-support/client-child.ts');
      const argument = JSON.stringify({
        profile: profile.path,
        portal: portal.relay.url,
        rootKey: portal.rootKey,
      });
      const command = `'${process.execPath}' '${child}' '${argument}'`;
      const program = launch(language, product, ['--start-command', command, '--no-question']);
      await program.line('connected');
      expect(await program.line('refused')).toMatchObject({ code: 'not-signed-in' });
      const endpoint = JSON.parse(await readFile(join(profile.path, 'run/broker.json'), 'utf8'));
      process.kill(endpoint.pid, 'SIGKILL');
    });
  });
}
