import { once } from 'node:events';
import { access, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demonstrationAdministrator, demonstrationKeys } from '../../src/portal/demonstration/access.ts';
import { needs } from '../support/skip.ts';
import { type CliRig, createCliRig } from './cli-support.ts';

let cli: CliRig;
const { email, password } = demonstrationAdministrator;

beforeAll(async () => {
  cli = await createCliRig();
});
afterAll(() => cli?.remove());

describe('with no client running', () => {
  const alone = () => ({ profile: join(cli.folder, 'alone') });
  const kept = ['--set', 'secretsOnDisk=true'];

  test('a start that cannot finish ends, says so, and hinders no later one', async () => {
    const profile = join(cli.folder, 'blocked');
    for (const folder of ['run', 'run/locks']) {
      const path = join(profile, folder);
      await rm(path, { recursive: true, force: true });
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, '');
      const { code, json } = await cli.run(['agent', '--json'], { profile });
      expect([code, json.error?.code], folder).toEqual([1, 'folder-not-writable']);
      await rm(path);
    }
    const later = await cli.startAgent(profile);
    await later.stop();
  });

  test('status touches nothing', async () => {
    const profile = join(cli.folder, 'untouched');
    const { code, json } = await cli.run(['status', '--json'], { profile });
    expect([code, json.running]).toEqual([3, false]);
    await expect(access(join(profile, 'data'))).rejects.toThrow('ENOENT');
  });

  test('status loads nothing that starts processes: it is part of the time of each start', async () => {
    const report = join(cli.folder, 'report.cjs');
    await writeFile(
      report,
      "process.on('exit', () => process.stderr.write(process.moduleLoadList.filter((name) => /child_process$/.test(name)).join()));",
    );
    const { code, err } = await cli.run(['status', '--json'], {
      profile: join(cli.folder, 'untouched'),
      environment: { NODE_OPTIONS: `--require ${report}` },
    });
    expect([code, err]).toEqual([3, '']);
  });

  test('a cloud key is read from standard input, kept, and a command runs on it', async () => {
    const set = await cli.run(['setup', '--mode', 'cloud-key', '--portal', cli.portalUrl, '--key', ...kept], {
      ...alone(),
      input: `${demonstrationKeys.cloud}\n`,
    });
    expect(set.code, set.err).toBe(0);
    const held = await cli.run(
      ['acquire', 'viga', ...kept, '--', process.execPath, '-p', 'process.env.ALDABA_PERMIT'],
      alone(),
    );
    expect([held.code, held.out]).toEqual([0, 'full\n']);
    expect((await cli.run(['status', '--json', ...kept], alone())).json).toMatchObject({
      ok: true,
      running: false,
      mode: 'cloud-key',
    });
    for (const command of ['people list', 'seats list']) {
      const { code, err } = await cli.run([...command.split(' '), ...kept], alone());
      expect([command, code]).toEqual([command, 6]);
      expect(err).toContain('Con una clave no se administran personas');
      expect(err).toContain('«aldaba sign-in»');
      expect(err).not.toMatch(/su rol/i);
    }
  });

  test('a session that ends soon: until when, and how to go on', async () => {
    const signedIn = { profile: join(cli.folder, 'signed-in') };
    await cli.run(['setup', '--mode', 'cloud-signin', '--portal', cli.portalUrl, ...kept], signedIn);
    await cli.run(['sign-in', '--email', email, ...kept], { ...signedIn, input: `${password}\n` });
    const status = () => cli.run(['status', '--json', ...kept], signedIn);
    const year = (await status()).json.session as { endsAt: string };
    expect(year).toMatchObject({ email, endsSoon: false });
    expect(Date.parse(year.endsAt) - Date.now()).toBeGreaterThan(364 * 86_400_000);
    const endsAt = new Date(Date.now() + 10 * 86_400_000).toISOString();
    const file = join(signedIn.profile, 'data', 'identity.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace(year.endsAt, endsAt));
    expect((await status()).json.session).toMatchObject({ endsAt, endsSoon: true });
    expect((await cli.run(['status', ...kept], signedIn)).out).toMatch(/Fin de sesión .*aldaba sign-in/);
  });

  test('standalone: the portal is given, the key is activated there', async () => {
    const standalone = { profile: join(cli.folder, 'standalone') };
    const set = await cli.run(
      ['setup', '--mode', 'standalone', '--portal', cli.portalUrl, '--key', '--json', ...kept],
      { ...standalone, input: `${demonstrationKeys.standalone}\n` },
    );
    expect(set, set.err).toMatchObject({ code: 0, json: { mode: 'standalone', step: 'done' } });
    const { json } = await cli.run(['status', '--json', ...kept], standalone);
    expect(json).toMatchObject({ mode: 'standalone', portal: cli.portalUrl });

    // Signed in meanwhile, and back to the license that is there: no key is asked for.
    await cli.run(['setup', '--mode', 'cloud-signin', ...kept], standalone);
    await cli.run(['sign-in', '--email', email, ...kept], { ...standalone, input: `${password}\n` });
    const back = await cli.run(['setup', '--mode', 'standalone', '--json', ...kept], standalone);
    expect(back, back.err).toMatchObject({ code: 0, json: { mode: 'standalone', step: 'done' } });
    const now = await cli.run(['status', '--json', ...kept], standalone);
    expect(now.json).toMatchObject({ mode: 'standalone', session: null, licenses: [{ permit: 'full' }] });
  });

  test('the portal is gone: 5, in words', async () => {
    const nowhere = { profile: join(cli.folder, 'nowhere') };
    const setup = ['setup', '--mode', 'cloud-key', '--portal', 'http://127.0.0.1:2', '--key', ...kept];
    expect((await cli.run(setup, { ...nowhere, input: demonstrationKeys.cloud })).code).toBe(5);
  });

  test('what no keychain and no client would keep is not asked for: the two ways out are named', async (context) => {
    needs(context, process.platform === 'linux', 'only on Linux the suite takes the keychain away');
    const forgetful = { profile: join(cli.folder, 'forgetful') };
    await writeFile(join(cli.folder, 'words.txt'), 'hola');
    expect(await cli.run(['import-file', 'words.txt', '--json'], forgetful)).toMatchObject({
      json: { error: { code: 'file-format' } },
    });
    for (const command of [
      ['setup', '--mode', 'cloud-key', '--portal', cli.portalUrl, '--key'],
      ['sign-in', '--portal', cli.portalUrl, '--email', email],
      ['request-file'],
    ]) {
      const { code, out, err } = await cli.run(command, { ...forgetful, input: 'x' });
      expect([code, out], command[0]).toEqual([1, '']);
      expect(err).toContain('aldaba agent');
      expect(err).toContain('secretsOnDisk=true');
    }
  });

  test('by files, without network: request out, license in, wrong files named', async () => {
    const offline = { profile: join(cli.folder, 'offline') };
    const asked = await cli.run(['request-file', '--out', 'request.txt', '--json', ...kept], {
      ...offline,
      input: demonstrationKeys.standalone,
    });
    expect(asked.code, asked.err).toBe(0);
    const file = join(cli.folder, 'request.txt');
    // Windows has no file modes.
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
    const again = await cli.run(['request-file', '--out', 'request.txt', ...kept], {
      ...offline,
      input: demonstrationKeys.standalone,
    });
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('ya existe')]);

    const request = (await readFile(file, 'utf8'))
      .replace(/-----[^-]+-----/g, '')
      .split(/\r?\n/)
      .filter((line) => line !== '' && !line.includes(':'))
      .join('');
    const answer = await fetch(`${cli.portalUrl}/v1/activations/offline`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ request }),
    });
    const { file: license } = (await answer.json()) as { file: string };
    // As an editor of Windows saves it.
    await writeFile(join(cli.folder, 'license.txt'), `\uFEFF${license}`, 'utf16le');
    await writeFile(join(cli.folder, 'cut.txt'), license.slice(0, license.length / 2));
    await writeFile(join(cli.folder, 'notes.txt'), 'hola');
    expect(await cli.run(['import-file', 'cut.txt', '--json', ...kept], offline)).toMatchObject({
      json: { error: { code: 'file-truncated' } },
    });
    expect(await cli.run(['import-file', 'notes.txt', '--json', ...kept], offline)).toMatchObject({
      json: { error: { code: 'file-format' } },
    });
    expect((await cli.run(['import-file', 'absent.txt', ...kept], offline)).code).toBe(2);
    expect(await cli.run(['import-file', 'license.txt', '--json', ...kept], offline)).toMatchObject({
      code: 0,
      json: { product: 'Viga' },
    });
    const held = await cli.run(['acquire', 'viga', ...kept, '--', process.execPath, '-p', '1'], offline);
    expect([held.code, held.out]).toEqual([0, '1\n']);
    const back = await cli.run(['return', 'viga', '--json', ...kept], offline);
    expect(back.code, back.err).toBe(0);
  });
});

describe('asked to end', () => {
  /** ms from the one signal to the end. */
  async function timeToEnd({ child, ended }: ReturnType<CliRig['start']>) {
    const asked = performance.now();
    child.kill('SIGTERM');
    const { code } = await ended;
    return { code, ms: performance.now() - asked };
  }

  test('while it waits for standard input', async () => {
    const profile = join(cli.folder, 'asked');
    const waiting = cli.start(['request-file', '--set', 'secretsOnDisk=true'], { profile, input: null });
    await expect
      .poll(() =>
        access(join(profile, 'data')).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    const { code, ms } = await timeToEnd(waiting);
    expect(code).toBe(1);
    expect(ms).toBeLessThan(5000);
  });

  test('while a portal does not answer', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const setup = ['setup', '--mode', 'cloud-key', '--portal', `http://127.0.0.1:${port}`, '--key'];
    const waiting = cli.start([...setup, '--set', 'secretsOnDisk=true'], {
      profile: join(cli.folder, 'unanswered'),
      input: demonstrationKeys.cloud,
    });
    const [socket] = (await once(silent, 'connection')) as [Socket];
    const { code, ms } = await timeToEnd(waiting);
    expect(code).toBe(1);
    expect(ms).toBeLessThan(5000);
    socket.destroy();
    silent.close();
  });

  test.for(['SIGINT', 'SIGTERM'] as const)(
    '%s after its answer, while something of it is still under way',
    async (signal, context) => {
      needs(context, process.platform !== 'win32', 'Windows has no such signal');
      // Plays what a process may wait for long after its answer: a keychain that asks its person.
      const waits = { NODE_OPTIONS: '--import=data:text/javascript,setInterval(()=>{},1e6)' };
      const { child, ended } = cli.start(['status', '--json'], {
        profile: join(cli.folder, 'answered'),
        environment: waits,
      });
      try {
        if (child.stdout === null) throw new Error('standard output is read');
        await once(child.stdout, 'data');
        child.kill(signal);
        await expect.poll(() => [child.exitCode, child.signalCode]).toEqual([3, null]);
        expect((await ended).json).toMatchObject({ ok: false, running: false });
      } finally {
        child.kill('SIGKILL');
      }
    },
  );

  test('an agent whose terminal closes leaves nothing of its own', async (context) => {
    needs(context, process.platform !== 'win32', 'Windows has no such signal');
    const profile = join(cli.folder, 'hung-up');
    const agent = await cli.startAgent(profile);
    process.kill(agent.pid, 'SIGHUP');
    expect(await agent.exited).toBe(0);
    expect(await readdir(join(profile, 'run'))).toEqual(['locks']);
  });
});

describe('programs of their own', () => {
  test('serve: the window for a browser, until it is asked to end', async () => {
    const served = cli.keep(['serve', '--no-open', '--json', '--profile', join(cli.folder, 'served')]);
    const { link } = JSON.parse(await served.line((line) => line.includes('"ready"')));
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(303);
    // Not killed, however long a busy machine takes.
    await served.stop(60_000);
    expect(await served.exited).toBe(0);
    await expect(fetch(link)).rejects.toThrow();
  });

  test('serve: it ends in order when whoever started it is killed', async () => {
    const profile = join(cli.folder, 'orphaned');
    const served = cli.keep(['serve', '--no-open', '--json', '--profile', profile]);
    const { link } = JSON.parse(await served.line((line) => line.includes('"ready"')));
    await served.kill();
    const answers = () =>
      fetch(link, { redirect: 'manual' }).then(
        () => true,
        () => false,
      );
    await expect.poll(answers).toBe(false);
    await expect.poll(() => readdir(join(profile, 'run'))).toEqual(['locks']);
  });

  test('serve: killed, it says so', async () => {
    const profile = join(cli.folder, 'killed');
    const served = cli.keep(['serve', '--no-open', '--json', '--profile', profile]);
    await served.line((line) => line.includes('"ready"'));
    const { pid } = (await cli.run(['status', '--json'], { profile })).json;
    process.kill(Number(pid), 'SIGKILL');
    expect(await served.exited).toBe(128 + constants.signals.SIGKILL);
  });

  test('a reader that has read enough ends a command quietly', async () => {
    const { child, ended } = cli.start(['people', 'list', '--help']);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 141, err: '' });
  });

  test('portal: its own help, and a wrong use of it', async () => {
    // The profile's name is that of the command as well.
    const help = await cli.run(['portal', '--help'], { profile: 'portal' });
    expect([help.code, help.out.includes('aldaba-portal')]).toEqual([0, true]);
    expect((await cli.run(['portal', '--nothing'])).code).not.toBe(0);
    // This command line has a --version of its own.
    const release = ['release', 'publish', 'viga.run', '--product', 'viga', '--version', '2027.1'];
    const published = await cli.run(['portal', ...release, '--platform', 'linux'], { profile: 'portal' });
    expect(published).toMatchObject({ code: 2, out: '', err: expect.stringContaining('DATA_DIR') });
  });
});
