import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Child, startChild } from '../../scripts/start/child.ts';
import { demonstration, demonstrationAdministrator } from '../../src/portal/demonstration/access.ts';
import { demonstrationKeys } from '../../src/portal/demonstration/licenses.ts';

import { needs } from '../support/skip.ts';

const root = join(import.meta.dirname, '../..');
const aldaba = join(root, 'out/cli/aldaba.js');

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** The one JSON document of `--json`. */
  readonly json: Record<string, unknown> & { ok?: boolean; error?: { code: string } };
}

let folder: string;
let portal: { child: Child; url: string; rootKey: string };
let agent: Child;

/** Runs the built command line with no terminal, as a script does. */
function run(args: string[], options: { input?: string; profile?: string } = {}): Promise<Outcome> {
  return start(args, options).ended;
}

function start(
  args: string[],
  options: { input?: string; profile?: string } = {},
): { child: ChildProcess; ended: Promise<Outcome> } {
  const profile = options.profile ?? join(folder, 'profile');
  const child = spawn(process.execPath, [aldaba, '--profile', profile, ...args], {
    cwd: folder,
    env: { ...process.env, ALDABA_LANGUAGE: 'es', ALDABA_DEVELOPMENT_ROOT: portal.rootKey },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const ended = new Promise<Outcome>((resolve) => {
    child.once('close', (code) => {
      const json = args.includes('--json') && out !== '' ? JSON.parse(out) : {};
      resolve({ code, out, err, json });
    });
  });
  return { child, ended };
}

/** Programs of the profile that use or wait for a license, by the client that runs. */
async function uses(): Promise<{ program: string; state: string }[]> {
  const { json } = await run(['status', '--json']);
  return json.uses as { program: string; state: string }[];
}

async function seatsUsed(product: string): Promise<number | undefined> {
  const { pools } = (await run(['seats', 'list', '--json'])).json as {
    pools: { product: string; used: number }[];
  };
  return pools.find((pool) => pool.product === product)?.used;
}

/** On disk, so that one that is killed knows at its next start who is signed in: the suite has no keychain. */
async function startAgent(profile = join(folder, 'profile')): Promise<Child> {
  const child = startChild(aldaba, ['agent', '--json', '--profile', profile, '--set', 'secretsOnDisk=true'], {
    environment: { ALDABA_DEVELOPMENT_ROOT: portal.rootKey },
  });
  await child.line((line) => line.includes('"ready"'));
  return child;
}

const { email, password } = demonstrationAdministrator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-cli-'));
  const child = startChild(
    join(root, 'src/portal/index.ts'),
    ['--demo', '--json', '--port', '0', '--data', join(folder, 'portal')],
    { environment: { LOG_LEVEL: 'warn', SMTP_URL: '' } },
  );
  const { url, rootKey } = JSON.parse(await child.line((line) => line.startsWith('{"event":"ready"')));
  portal = { child, url, rootKey };
  agent = await startAgent();
});
afterAll(async () => {
  await agent?.stop();
  await portal?.child.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('before anybody signed in', () => {
  test('status: 3 while nothing is configured', async () => {
    const { code, json } = await run(['status', '--json']);
    expect(code).toBe(3);
    expect(json).toMatchObject({
      ok: false,
      running: true,
      step: 'choose-mode',
      session: null,
      licenses: [],
    });
  });

  test('setup with a portal that is none: 5 or 2, in words, and nothing changed', async () => {
    const page = createServer((_request, response) => response.end('<html>hello</html>'));
    const port = await new Promise<number>((resolve) => {
      page.listen(0, '127.0.0.1', () => resolve((page.address() as AddressInfo).port));
    });
    const html = await run([
      'setup',
      '--mode',
      'cloud-signin',
      '--portal',
      `http://127.0.0.1:${port}`,
      '--json',
    ]);
    page.close();
    expect(html).toMatchObject({ code: 5, json: { ok: false, error: { code: 'portal-not-aldaba' } } });
    const nobody = await run(['setup', '--mode', 'cloud-signin', '--portal', 'http://127.0.0.1:9']);
    expect(nobody.code).toBe(5);
    expect(nobody.err.split('\n').length).toBeGreaterThanOrEqual(3);
    const wrong = await run(['setup', '--mode', 'cloud-signin', '--portal', 'ftp://x', '--json']);
    expect(wrong).toMatchObject({ code: 2, json: { error: { code: 'portal-address-invalid' } } });
    expect((await run(['status', '--json'])).json.portal).toBeNull();
  });

  test('setup, then status: 4, the sign-in is missing', async () => {
    const done = await run(['setup', '--mode', 'cloud-signin', '--portal', portal.url]);
    expect([done.code, done.err]).toEqual([0, '']);
    expect(done.out).toContain('aldaba sign-in');
    expect((await run(['status'])).code).toBe(4);
  });

  test('acquire asks nobody when it is told not to: 4, and the command does not run', async () => {
    const { code, out } = await run([
      'acquire',
      'viga',
      '--no-question',
      '--',
      process.execPath,
      '-p',
      '"ran"',
    ]);
    expect([code, out]).toEqual([4, '']);
  });

  test('acquire that waits for the sign-in ends with a documented code when the client is killed', async () => {
    const waiting = start(['acquire', 'viga', '--json', '--', process.execPath, '-p', '"ran"']);
    await expect.poll(uses, { timeout: 20_000 }).toMatchObject([{ program: 'viga', state: 'waiting' }]);
    await agent.kill();
    expect(await waiting.ended).toMatchObject({
      code: 5,
      json: { ok: false, error: { code: 'unavailable' } },
    });
    agent = await startAgent();
    await run(['setup', '--mode', 'cloud-signin', '--portal', portal.url]);
  });

  test('a wrong password and an unknown email are the same refusal: 4', async () => {
    const wrong = await run(['sign-in', '--email', email, '--json'], { input: 'no es esta\n' });
    const unknown = await run(['sign-in', '--email', 'nadie@condor.example', '--json'], {
      input: 'no es esta\n',
    });
    expect(wrong).toMatchObject({ code: 4, json: { error: { code: 'invalid-credentials' } } });
    expect(unknown.json).toEqual(wrong.json);
  });

  test('without a password on standard input: a wrong use', async () => {
    expect(await run(['sign-in', '--email', email])).toMatchObject({ code: 2, out: '' });
  });
});

describe('signed in', () => {
  beforeAll(async () => {
    const { code, err } = await run(['sign-in', '--email', email], { input: `${password}\n` });
    expect(code, err).toBe(0);
  });

  test('A17: status says who, where and by what', async () => {
    const { code, json, out } = await run(['status', '--json']);
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(json).toMatchObject({
      ok: true,
      running: true,
      mode: 'cloud-signin',
      connection: 'online',
      session: { email, account: demonstration.company },
    });
    expect((await run(['status'])).out).toContain(demonstration.company);
  });

  test('A20: acquire runs a command with a license and ends with its exit code; the seat is free afterwards', async () => {
    const script = `console.log(process.env.ALDABA_PRODUCT, process.env.ALDABA_PERMIT); process.exit(7)`;
    const held = await run(['acquire', 'viga', '--', process.execPath, '-e', script]);
    expect([held.code, held.out]).toEqual([7, 'viga full\n']);
    const asJson = await run(['acquire', 'viga', '--json', '--', process.execPath, '-e', script]);
    expect(asJson.json).toMatchObject({ product: 'viga', exitCode: 7, permit: 'full' });
    expect(asJson.err).toContain('viga full');
    await expect.poll(() => seatsUsed('viga'), { timeout: 20_000 }).toBe(0);
  });

  test('the client is killed and comes back under a running command: one seat stays taken, and the code is the command’s', async () => {
    const gate = join(folder, 'gate');
    // Ends when the test has seen enough.
    const script = `setInterval(() => require('fs').existsSync(process.argv[1]) && process.exit(7), 50)`;
    const held = start(['acquire', 'viga', '--', process.execPath, '-e', script, gate]);
    await expect.poll(uses, { timeout: 20_000 }).toMatchObject([{ program: 'viga', state: 'running' }]);
    await agent.kill();
    agent = await startAgent();
    await expect.poll(uses, { timeout: 20_000 }).toMatchObject([{ program: 'viga', state: 'running' }]);
    expect(await seatsUsed('viga')).toBe(1);
    await writeFile(gate, '');
    expect((await held.ended).code).toBe(7);
    await expect.poll(() => seatsUsed('viga'), { timeout: 20_000 }).toBe(0);
  });

  test('the client is gone for good when the command ends: still the command’s own code', async () => {
    const gate = join(folder, 'last-gate');
    const script = `setInterval(() => require('fs').existsSync(process.argv[1]) && process.exit(7), 50)`;
    const held = start(['acquire', 'viga', '--', process.execPath, '-e', script, gate]);
    await expect.poll(uses, { timeout: 20_000 }).toMatchObject([{ program: 'viga', state: 'running' }]);
    await agent.kill();
    await writeFile(gate, '');
    expect(await held.ended).toMatchObject({ code: 7, err: '' });
    agent = await startAgent();
  });

  test('Ctrl+C is the command’s own affair, a request to end is passed on; both keep the license until it ends', async () => {
    const script = `process.on('SIGTERM', () => process.exit(9)); process.on('SIGINT', () => process.exit(8)); console.log('up'); setInterval(() => {}, 1000)`;
    const held = start(['acquire', 'viga', '--', process.execPath, '-e', script]);
    await once(held.child.stdout as Readable, 'data');
    // To this process alone: a terminal sends it to the command as well.
    held.child.kill('SIGINT');
    held.child.kill('SIGINT');
    expect(await uses()).toMatchObject([{ program: 'viga', state: 'running' }]);
    held.child.kill('SIGTERM');
    expect((await held.ended).code).toBe(9);
  });

  test('a sign-in that fails takes nothing away: the session and the license of a running program stay', async () => {
    const held = start(['acquire', 'viga', '--', process.execPath, '-e', 'setInterval(() => {}, 1000)']);
    await expect.poll(uses, { timeout: 20_000 }).toMatchObject([{ program: 'viga', state: 'running' }]);
    expect((await run(['sign-in', '--email', email], { input: 'no es esta\n' })).code).toBe(4);
    expect((await run(['sign-in', '--email', email])).code).toBe(2);
    expect(await run(['status', '--json'])).toMatchObject({
      code: 0,
      json: {
        session: { email },
        licenses: expect.arrayContaining([expect.objectContaining({ product: 'viga', permit: 'full' })]),
        uses: [{ program: 'viga', state: 'running' }],
      },
    });
    held.child.kill('SIGTERM');
    await held.ended;
  });

  test('settings for one command are refused beside a running client, which is named', async () => {
    for (const command of [['status'], ['agent'], ['doctor'], ['setup', '--mode', 'cloud-key']]) {
      const refused = await run([...command, '--set', 'theme=dark']);
      expect([refused.code, refused.out], command[0]).toEqual([2, '']);
      expect(refused.err).toContain(String(agent.pid));
    }
  });

  test('a product that the company does not have: 3, in words', async () => {
    const { code, err } = await run(['acquire', 'puente', '--', process.execPath, '-e', '0']);
    expect(code).toBe(3);
    expect(err.trim().split('\n')).toHaveLength(3);
  });

  test('a command that does not exist: 2, and the seat is given back', async () => {
    expect((await run(['acquire', 'viga', '--', join(folder, 'nothing')])).code).toBe(2);
  });

  test('A16: programs are listed, downloaded with progress, and verified', async () => {
    const listed = (await run(['programs', 'list', '--json'])).json as {
      releases: { product: string; size: number }[];
    };
    expect(listed.releases.map(({ product }) => product)).toContain('viga');
    const settings = { profile: join(folder, 'downloader') };
    const own = ['--set', `downloadFolder=${join(folder, 'downloads')}`, '--set', 'secretsOnDisk=true'];
    await run(['setup', '--mode', 'cloud-signin', '--portal', portal.url, ...own], settings);
    await run(['sign-in', '--email', email, ...own], { ...settings, input: password });
    const { code, json, err } = await run(['programs', 'download', 'viga', '--json', ...own], settings);
    expect(code, err).toBe(0);
    expect((await stat(String(json.file))).size).toBe(json.size);
    expect(err).toContain('"percent":100');
    expect((await run(['programs', 'download', 'puente'])).code).toBe(2);
  });

  test('A7, A8, D9, D10: a person is added, edited, suspended, let in again, and deleted with the administrator’s password', async () => {
    const person = `ines.prado.${Date.now()}@condor.example`;
    const added = await run([
      ...['people', 'add', person, '--first-name', 'Inés', '--last-name', 'Prado'],
      ...['--role', 'license-installer', '--job-title', 'Calculista', '--json'],
    ]);
    expect(added).toMatchObject({
      code: 0,
      json: { contact: { email: person, state: 'invited', jobTitle: 'Calculista' } },
    });
    expect(
      (await run(['people', 'add', person, '--first-name', 'X', '--last-name', 'Y', '--role', 'nothing']))
        .code,
    ).toBe(2);
    const twice = await run([
      'people',
      'add',
      person,
      '--first-name',
      'X',
      '--last-name',
      'Y',
      '--role',
      'license-installer',
      '--json',
    ]);
    expect(twice).toMatchObject({ code: 1, json: { error: { code: 'contact-exists' } } });

    const edited = await run([
      'people',
      'edit',
      person,
      '--phone',
      '+51 1 555',
      '--no-notifications',
      '--json',
    ]);
    expect(edited.json).toMatchObject({
      contact: { phone: '+51 1 555', receivesNotifications: false, firstName: 'Inés' },
    });
    const found = await run(['people', 'list', '--search', person, '--json']);
    expect(found.json).toMatchObject({ total: 1, contacts: [{ email: person }] });
    expect((await run(['people', 'resend', person, '--json'])).json.error?.code).toBe('invitation-too-soon');
    expect((await run(['people', 'suspend', person, '--json'])).json).toMatchObject({
      contact: { state: 'suspended' },
    });
    expect((await run(['people', 'reactivate', person])).code).toBe(0);

    // Whoever signed in within the last minutes has shown the password already (src/cli/confirmed.test.ts for the others).
    expect((await run(['people', 'delete', person])).code).toBe(0);
    expect((await run(['people', 'suspend', person])).code).toBe(2);
  });

  test('E8, E9, E11: a seat is assigned and withdrawn', async () => {
    const { contacts } = (await run(['people', 'list', '--state', 'active', '--json'])).json as {
      contacts: { email: string; seats: unknown[]; allowed: string[] }[];
    };
    const person =
      contacts.find(({ seats, allowed }) => seats.length === 0 && allowed.includes('assign-seat'))?.email ??
      '';
    const used = async () => {
      const { pools } = (await run(['seats', 'list', '--json'])).json as {
        pools: { product: string; used: number }[];
      };
      return pools.find(({ product }) => product === 'portico')?.used ?? -1;
    };
    const before = await used();
    expect((await run(['seats', 'assign', 'portico', person])).code).toBe(0);
    expect(await used()).toBe(before + 1);
    expect((await run(['seats', 'withdraw', 'portico', person])).code).toBe(0);
    expect(await used()).toBe(before);
    expect((await run(['seats', 'assign', 'puente', person])).code).toBe(2);
  });

  test('the primary contact keeps their rights: 6', async () => {
    const own = await run(['people', 'edit', email, '--role', 'license-installer', '--json']);
    expect(own).toMatchObject({ code: 6, json: { ok: false, error: { code: 'owner-protected' } } });
  });

  test('doctor names what works and nothing secret', async () => {
    const { out, json } = await run(['doctor', '--json']);
    expect(json).toMatchObject({
      running: true,
      portal: { address: portal.url, problem: null },
      mode: 'cloud-signin',
    });
    expect(out).not.toContain(password);
  });

  test('a client that does not answer is named, and nobody waits for it', async (context) => {
    needs(context, process.platform !== 'win32', 'Windows stops no process by a signal');
    process.kill(agent.pid, 'SIGSTOP');
    try {
      for (const command of ['status', 'doctor', 'agent']) {
        const { code, json } = await run([command, '--json']);
        const named = { code: 'client-silent', data: { detail: String(agent.pid) } };
        expect([code, json.error], command).toMatchObject([1, named]);
        expect(json.error).toHaveProperty('next', expect.stringContaining(String(agent.pid)));
      }
    } finally {
      process.kill(agent.pid, 'SIGCONT');
    }
  });

  test('a second agent on the profile says who runs, and ends well', async () => {
    expect(await run(['agent', '--json'])).toMatchObject({ code: 0, json: { running: true } });
  });

  test('signing out: status is 4 again', async () => {
    expect((await run(['sign-out'])).code).toBe(0);
    expect((await run(['status'])).code).toBe(4);
  });
});

describe('C10: a person of several companies', () => {
  test('is told the choices, and enters the one that is named', async () => {
    const who = demonstration.engineerOfTwoCompanies;
    const choices = await run(['sign-in', '--email', who], { input: demonstration.password });
    expect(choices.code).toBe(2);
    for (const company of [demonstration.company, demonstration.otherCompany])
      expect(choices.err).toContain(company);
    const entered = await run(
      ['sign-in', '--email', who, '--account', demonstration.otherCompany, '--json'],
      {
        input: demonstration.password,
      },
    );
    expect(entered).toMatchObject({ code: 0, json: { account: demonstration.otherCompany } });
    await run(['sign-out']);
  });
});

describe('with no client running', () => {
  const alone = () => ({ profile: join(folder, 'alone') });
  const kept = ['--set', 'secretsOnDisk=true'];

  test('a start that cannot finish ends, says so, and hinders no later one', async () => {
    const profile = join(folder, 'blocked');
    for (const file of ['broker.json', 'control.json']) {
      await mkdir(join(profile, 'run', file), { recursive: true });
      expect((await run(['agent', '--json'], { profile })).code, file).toBe(1);
      await rm(join(profile, 'run', file), { recursive: true });
    }
    const later = await startAgent(profile);
    await later.stop();
  });

  test('status touches nothing', async () => {
    const profile = join(folder, 'untouched');
    const { code, json } = await run(['status', '--json'], { profile });
    expect([code, json.running]).toEqual([3, false]);
    await expect(access(join(profile, 'data'))).rejects.toThrow('ENOENT');
  });

  test('a cloud key is read from standard input, kept, and a command runs on it', async () => {
    const set = await run(['setup', '--mode', 'cloud-key', '--portal', portal.url, '--key', ...kept], {
      ...alone(),
      input: `${demonstrationKeys.cloud}\n`,
    });
    expect(set.code, set.err).toBe(0);
    const held = await run(
      ['acquire', 'viga', ...kept, '--', process.execPath, '-p', 'process.env.ALDABA_PERMIT'],
      alone(),
    );
    expect([held.code, held.out]).toEqual([0, 'full\n']);
    expect((await run(['status', '--json', ...kept], alone())).json).toMatchObject({
      ok: true,
      running: false,
      mode: 'cloud-key',
    });
  });

  test('the portal is gone: 5, in words', async () => {
    const nowhere = { profile: join(folder, 'nowhere') };
    const setup = ['setup', '--mode', 'cloud-key', '--portal', 'http://127.0.0.1:9', '--key', ...kept];
    expect((await run(setup, { ...nowhere, input: demonstrationKeys.cloud })).code).toBe(5);
  });

  test('what no keychain and no client would keep is not asked for: the two ways out are named', async (context) => {
    needs(context, process.platform === 'linux', 'only on Linux the suite takes the keychain away');
    const forgetful = { profile: join(folder, 'forgetful') };
    for (const command of [
      ['setup', '--mode', 'cloud-key', '--portal', portal.url, '--key'],
      ['sign-in', '--portal', portal.url, '--email', email],
      ['request-file'],
    ]) {
      const { code, out, err } = await run(command, { ...forgetful, input: 'x' });
      expect([code, out], command[0]).toEqual([1, '']);
      expect(err).toContain('aldaba agent');
      expect(err).toContain('secretsOnDisk=true');
    }
  });

  test('by files, without network: request out, license in, wrong files named', async () => {
    const offline = { profile: join(folder, 'offline') };
    const asked = await run(['request-file', '--out', 'request.txt', '--json', ...kept], {
      ...offline,
      input: demonstrationKeys.standalone,
    });
    expect(asked.code, asked.err).toBe(0);
    const file = join(folder, 'request.txt');
    // Windows has no file modes.
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
    const again = await run(['request-file', '--out', 'request.txt', ...kept], {
      ...offline,
      input: demonstrationKeys.standalone,
    });
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('ya existe')]);

    const request = (await readFile(file, 'utf8'))
      .replace(/-----[^-]+-----/g, '')
      .split(/\r?\n/)
      .filter((line) => line !== '' && !line.includes(':'))
      .join('');
    const answer = await fetch(`${portal.url}/v1/activations/offline`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ request }),
    });
    const { file: license } = (await answer.json()) as { file: string };
    await writeFile(join(folder, 'license.txt'), license);
    await writeFile(join(folder, 'cut.txt'), license.slice(0, license.length / 2));
    await writeFile(join(folder, 'notes.txt'), 'hola');
    expect(await run(['import-file', 'cut.txt', '--json', ...kept], offline)).toMatchObject({
      json: { error: { code: 'file-truncated' } },
    });
    expect(await run(['import-file', 'notes.txt', '--json', ...kept], offline)).toMatchObject({
      json: { error: { code: 'file-format' } },
    });
    expect((await run(['import-file', 'absent.txt', ...kept], offline)).code).toBe(2);
    expect(await run(['import-file', 'license.txt', '--json', ...kept], offline)).toMatchObject({
      code: 0,
      json: { product: 'Viga' },
    });
    const held = await run(['acquire', 'viga', ...kept, '--', process.execPath, '-p', '1'], offline);
    expect([held.code, held.out]).toEqual([0, '1\n']);
    const back = await run(['return', 'viga', '--json', ...kept], offline);
    expect(back.code, back.err).toBe(0);
  });
});

describe('programs of their own', () => {
  test('serve: the window for a browser, until it is asked to end', async () => {
    const served = startChild(aldaba, ['serve', '--no-open', '--json', '--profile', join(folder, 'served')], {
      environment: { ALDABA_DEVELOPMENT_ROOT: portal.rootKey },
    });
    const { link } = JSON.parse(await served.line((line) => line.includes('"ready"')));
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(303);
    await served.stop();
    expect(await served.exited).toBe(0);
    await expect(fetch(link)).rejects.toThrow();
  });

  test('serve: killed, it says so', async () => {
    const profile = join(folder, 'killed');
    const served = startChild(aldaba, ['serve', '--no-open', '--json', '--profile', profile], {
      environment: { ALDABA_DEVELOPMENT_ROOT: portal.rootKey },
    });
    await served.line((line) => line.includes('"ready"'));
    const { pid } = (await run(['status', '--json'], { profile })).json;
    process.kill(Number(pid), 'SIGKILL');
    expect(await served.exited).toBe(128 + constants.signals.SIGKILL);
  });

  test('a reader that has read enough ends a command quietly', async () => {
    const { child, ended } = start(['people', 'list', '--help']);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 141, err: '' });
  });

  test('portal: its own help, and a wrong use of it', async () => {
    // The profile's name is that of the command as well.
    const help = await run(['portal', '--help'], { profile: 'portal' });
    expect([help.code, help.out.includes('aldaba-portal')]).toEqual([0, true]);
    expect((await run(['portal', '--nothing'])).code).not.toBe(0);
  });
});
