import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { becomes } from '../support/becomes.ts';
import { prepareTestDatabase } from '../support/open-test-database.ts';
import { needs } from '../support/skip.ts';

const program = join(import.meta.dirname, '../../src/portal/index.ts');
const readySchema = z.object({
  event: z.literal('ready'),
  url: z.url(),
  address: z.url(),
  rootKey: z.string().length(43),
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-portal-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Run {
  readonly child: ChildProcess;
  out: string;
  err: string;
  /** Exit status; null when a signal ended it. */
  readonly ended: Promise<number | null>;
}

function start(
  args: string[],
  environment: Record<string, string> = {},
  standardError: 'pipe' | number = 'pipe',
): Run {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH, NODE_COMPILE_CACHE, ...environment },
    stdio: ['ignore', 'pipe', standardError],
  });
  const run: Run = {
    child,
    out: '',
    err: '',
    ended: once(child, 'close').then(([code]) => code as number | null),
  };
  child.stdout?.on('data', (chunk) => {
    run.out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    run.err += chunk;
  });
  return run;
}

async function ready(run: Run): Promise<z.output<typeof readySchema>> {
  await becomes(() => expect(run.out, run.err).toContain('\n'), 50);
  return readySchema.parse(JSON.parse(run.out));
}

const demo = () => start(['--port', '0', '--demo', '--json', '--data', join(folder, 'demo')]);

test('starts with nothing but a folder, says where it is, and ends in order when asked', async () => {
  const first = demo();
  const where = await ready(first);
  expect(await (await fetch(`${where.url}/ready`)).json()).toEqual({ status: 'ready' });
  expect(await (await fetch(where.url)).text()).toContain('outbox');
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  // The log is whole, one JSON object per line, and nothing else was written there.
  const lines = first.err.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).msg)).toContain('portal closed');
  expect(first.out.trimEnd().split('\n')).toHaveLength(1);

  // The same folder is the same portal: its key and its people.
  const second = demo();
  const again = await ready(second);
  expect(again.rootKey).toBe(where.rootKey);
  second.child.kill('SIGINT');
  expect(await second.ended).toBe(0);
  expect((await stat(join(folder, 'demo/keys/secret'))).mode & 0o077).toBe(0);
});

test('ends in order also when it is asked in the moment in which it says that it is ready', async () => {
  const run = demo();
  // In the handler itself, which is sooner than any caller who waits for the line.
  run.child.stdout?.once('data', () => run.child.kill('SIGTERM'));
  expect(await run.ended, run.err).toBe(0);
  expect(run.err).toContain('portal closed');
});

test('a full disk under its log takes the log away, and nothing else', async (context) => {
  needs(context, existsSync('/dev/full'), 'this system has no /dev/full');
  const full = await open('/dev/full', 'w');
  try {
    const run = start(
      ['--port', '0', '--demo', '--json', '--data', join(folder, 'demo')],
      { LOG_LEVEL: 'debug' },
      full.fd,
    );
    const { url } = await ready(run);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    // As when the terminal is closed.
    run.child.kill('SIGHUP');
    expect(await run.ended).toBe(0);

    const taken = new URL(url).port;
    const server = createServer().listen(Number(taken), '127.0.0.1');
    await once(server, 'listening');
    const second = start(
      ['--port', taken, '--demo', '--data', join(folder, 'demo')],
      { LOG_LEVEL: 'debug' },
      full.fd,
    );
    expect(await second.ended).toBe(1);
    server.close();
  } finally {
    await full.close();
  }
});

test('prints one plain line unless asked for JSON', async () => {
  const run = start(['--port', '0', '--demo'], { LOG_LEVEL: 'silent' });
  await becomes(() => expect(run.out, run.err).toMatch(/^ready http:\/\/127\.0\.0\.1:\d+\n$/), 50);
  run.child.kill('SIGTERM');
  expect(await run.ended).toBe(0);
  expect(run.err).toBe('');
});

test.each([
  ['without a mail server', [], {}, 2, 'SMTP_URL is needed'],
  ['with a setting that is wrong', ['--port', 'x', '--demo'], {}, 2, 'PORT'],
  ['with an option that there is not', ['--prot', '1'], {}, 1, 'unknown option'],
  [
    'when the database cannot be reached',
    ['--port', '0', '--demo'],
    { DATABASE_URL: 'postgres://aldaba:secreto@127.0.0.1:1/aldaba' },
    1,
    'the portal did not start',
  ],
])('does not start %s, and says why', async (_what, args, environment, status, words) => {
  const run = start(args, environment);
  expect(await run.ended).toBe(status);
  expect(run.err).toContain(words);
  expect(run.err).not.toContain('secreto');
  expect(run.out).toBe('');
});

const production = {
  SMTP_URL: 'smtp://127.0.0.1:1',
  PUBLIC_URL: 'https://licencias.example',
  MAIL_FROM: 'licencias@condor.example',
};

describe('keys', () => {
  test('a portal that is no demonstration makes none: it names the setting, and nothing is written', async () => {
    const data = join(folder, 'production');
    const absent = start(['--port', '0', '--data', data], production);
    expect(await absent.ended).toBe(2);
    expect(absent.err).toMatch(/^KEYS_DIR: .*production\/keys holds no keys .*"aldaba portal keys --out /);
    await expect(stat(data)).rejects.toThrow('ENOENT');

    const empty = await mkdtemp(join(folder, 'empty-'));
    const mistyped = start(['--port', '0', '--data', data], { ...production, KEYS_DIR: empty });
    expect([await mistyped.ended, mistyped.err.slice(0, 9)]).toEqual([2, 'KEYS_DIR:']);
    expect(await readdir(empty)).toEqual([]);
  });

  test('are made elsewhere and carried; the root stays where it was made', async () => {
    const carried = join(folder, 'carried');
    const made = start(['keys', '--out', carried]);
    expect(await made.ended, made.err).toBe(0);
    expect((await readdir(carried)).sort()).toEqual(['portal', 'root.pem']);
    expect((await stat(join(carried, 'root.pem'))).mode & 0o077).toBe(0);

    const keys = { ...production, KEYS_DIR: join(carried, 'portal') };
    await prepareTestDatabase(join(folder, 'production'));
    const portal = start(['--port', '0', '--json', '--data', join(folder, 'production')], keys);
    expect(made.out).toContain((await ready(portal)).rootKey);
    portal.child.kill('SIGTERM');
    expect(await portal.ended).toBe(0);

    await copyFile(join(carried, 'root.pem'), join(carried, 'portal/root.pem'));
    const careless = start(['--port', '0', '--data', join(folder, 'production')], keys);
    expect([await careless.ended, careless.err]).toEqual([2, expect.stringContaining('Take it offline')]);
  });
});

test('explains every option and variable', async () => {
  const run = start(['--help']);
  expect(await run.ended).toBe(0);
  for (const word of [
    '--port',
    '--demo',
    '--data',
    'DATABASE_URL',
    'SMTP_URL',
    'PUBLIC_URL',
    'TRUSTED_PROXIES',
    'KEYS_DIR',
    'keys',
  ])
    expect(run.out).toContain(word);
});
