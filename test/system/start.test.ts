import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectToRunning } from '../../src/core/shell/control-client.ts';
import { demonstrationAdministrator, demonstrationKeys } from '../../src/portal/demonstration/access.ts';
import { becomes } from '../support/becomes.ts';
import { removeProfile } from '../support/remove-profile.ts';

const root = join(import.meta.dirname, '../..');

interface Start {
  readonly child: ChildProcess;
  out: string;
  err: string;
  readonly ended: Promise<number | null>;
}

const started = new Set<Start>();

/** `npm start -- …` as npm runs it. */
function start(...args: string[]): Start {
  const child = spawn(process.execPath, [join(root, 'scripts/start.ts'), ...args], {
    cwd: root,
    env: { ...process.env, LANG: 'es_ES.UTF-8', ALDABA_LANGUAGE: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const run: Start = {
    child,
    out: '',
    err: '',
    ended: new Promise((resolve) => child.once('close', (code) => resolve(code))),
  };
  child.stdout.on('data', (chunk) => {
    run.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    run.err += chunk;
  });
  started.add(run);
  return run;
}

const usable = (run: Start) => becomes(() => expect(run.out, run.err).toMatch(/\n$/), 50);
const linkOf = (run: Start) => /^ready (\S+)\n$/.exec(run.out)?.[1] ?? '';
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
/** Process numbers of the portal and of the client. */
async function partsOf(profile: string): Promise<number[]> {
  const portal = Number(await readFile(join(profile, 'portal/pid'), 'utf8'));
  const running = await connectToRunning({ runtime: join(profile, 'run') });
  running?.close();
  return [portal, running?.pid ?? 0];
}

/** Processes whose command line names the folder, other than those of the test: Linux alone shows them all without another program. */
async function processesOf(folder: string): Promise<string[]> {
  const lines = await Promise.all(
    (await readdir('/proc').catch(() => []))
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes(folder));
}

let profile: string;
beforeAll(async () => {
  profile = await mkdtemp(join(tmpdir(), 'aldaba-start-'));
});
afterEach(async () => {
  for (const run of started) run.child.kill('SIGKILL');
  await Promise.all([...started].map(({ ended }) => ended));
  started.clear();
});
afterAll(() => removeProfile(profile));

describe('npm start', () => {
  test('one line says when it can be used; a second start gives another link; Ctrl+C ends all of it within 5 s', async () => {
    const run = start('--no-open', '--port', '0', '--profile', profile);
    await usable(run);
    const link = linkOf(run);
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/launch\/[\w-]{43}$/);
    const { email, password } = demonstrationAdministrator;
    for (const part of [email, password, ...Object.values(demonstrationKeys), '/outbox'])
      expect(run.err).toContain(part);

    const opened = await fetch(link, { redirect: 'manual' });
    expect(opened.status).toBe(303);
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    const page = await fetch(new URL('/', link), { headers: { cookie } });
    expect(await page.text()).toContain('<div id="root">');
    expect((await fetch(/http\S+\/outbox/.exec(run.err)?.[0] ?? '')).status).toBe(200);

    const second = start('--no-open', '--profile', profile, '--json');
    expect(await second.ended).toBe(0);
    const facts = JSON.parse(second.out);
    expect(facts).toMatchObject({ event: 'ready', shell: 'browser', email, keys: demonstrationKeys });
    expect(new URL(facts.url).origin).toBe(new URL(link).origin);
    expect(facts.url).not.toBe(link);
    expect(second.err).toContain('ya está en marcha');

    const parts = await partsOf(profile);
    const asked = performance.now();
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect(performance.now() - asked).toBeLessThan(5000);
    expect(parts.map(isAlive)).toEqual([false, false]);
    expect(run.out).toBe(`ready ${link}\n`);
  });

  test('Ctrl+C before it can be used: all of it ends, and nothing is left to wait for', async () => {
    const fresh = await mkdtemp(join(tmpdir(), 'aldaba-start-'));
    const run = start('--no-open', '--profile', fresh);
    await becomes(() => expect(run.err).toContain('Poniendo en marcha'));
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect([run.out, run.err.includes('Cerrando')]).toEqual(['', true]);
    expect(await processesOf(fresh)).toEqual([]);
    // Nobody waited for the portal, which makes its first database for longer: it never said where it answers.
    expect(await readdir(join(fresh, 'portal')).catch(() => [])).not.toContain('port');
    await removeProfile(fresh);
  });

  test('a start that was killed takes its parts along, and the next one on its folder works, with the portal where it was', async () => {
    const killed = start('--no-open', '--profile', profile);
    await usable(killed);
    const portal = /http\S+\/outbox/.exec(killed.err)?.[0];
    const parts = await partsOf(profile);
    killed.child.kill('SIGKILL');
    const [next, rival] = [
      start('--no-open', '--profile', profile),
      start('--no-open', '--profile', profile),
    ];
    await Promise.all([usable(next), usable(rival)]);
    // Started together they are one, and whoever came second was given the other's page.
    expect(new URL(linkOf(next)).origin).toBe(new URL(linkOf(rival)).origin);
    expect(parts.map(isAlive)).toEqual([false, false]);
    const [first] = await Promise.race(
      [next, rival].map(async (run) => [run === next ? rival : next, await run.ended]),
    );
    expect((first as Start).err).toContain(portal);
    for (const run of [next, rival]) run.child.kill('SIGTERM');
    expect(await Promise.all([next.ended, rival.ended])).toEqual([0, 0]);
  });

  test('a part that ends by itself takes the rest along, and where to read of it is said', async () => {
    const run = start('--no-open', '--profile', profile);
    await usable(run);
    const [portal = 0, client = 0] = await partsOf(profile);
    process.kill(portal, 'SIGKILL');
    expect(await run.ended).toBe(1);
    expect(run.err).toContain(`Detalles: ${join(profile, 'logs/start.log')}`);
    expect(isAlive(client)).toBe(false);
  });

  test('npm is asked to end, and passes that on to its shell alone: all of it ends', async () => {
    const npm = spawn(
      process.platform === 'win32' ? 'npm.cmd' : 'npm',
      ['start', '--', '--no-open', '--profile', profile],
      {
        cwd: root,
        stdio: ['ignore', 'pipe', 'ignore'],
        // Windows starts no .cmd file without a shell.
        shell: process.platform === 'win32',
      },
    );
    await new Promise<void>((resolve) => {
      npm.stdout.on('data', (chunk) => String(chunk).includes('ready ') && resolve());
    });
    const parts = await partsOf(profile);
    npm.kill('SIGTERM');
    await becomes(() => expect(parts.map(isAlive)).toEqual([false, false]));
  });

  test('a port that somebody else has: said so, and nothing is left running', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    const run = start('--no-open', '--profile', profile, '--port', String(port));
    expect(await run.ended).toBe(1);
    other.close();
    expect(run.out).toBe('');
    expect(run.err).toContain(`El puerto ${port} ya está en uso`);
    expect(await processesOf(profile)).toEqual([]);
    await expect(readFile(join(profile, 'portal/pid'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each([[['--port', 'many']], [['--nothing']], [['--port', '70000']]])(
    '%j is a wrong use',
    async (args) => {
      const run = start(...args);
      expect(await run.ended).toBe(2);
      expect([run.out, run.err.includes('npm start')]).toEqual(['', true]);
    },
  );
});
