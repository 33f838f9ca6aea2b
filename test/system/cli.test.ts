import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Child } from '../../scripts/start/child.ts';
import { demonstration, demonstrationAdministrator } from '../../src/portal/demonstration/access.ts';
import { needs } from '../support/skip.ts';
import { type CliRig, createCliRig } from './cli-support.ts';

let cli: CliRig;
let agent: Child;
const { email, password } = demonstrationAdministrator;

beforeAll(async () => {
  cli = await createCliRig();
  agent = await cli.startAgent();
});
afterAll(async () => {
  await agent?.stop();
  await cli?.remove();
});

describe('signed in', () => {
  beforeAll(async () => {
    await cli.run(['setup', '--mode', 'cloud-signin', '--portal', cli.portalUrl]);
    const { code, err } = await cli.run(['sign-in', '--email', email], { input: `${password}\n` });
    expect(code, err).toBe(0);
  });

  test('A17: status says who, where and by what', async () => {
    const { code, json, out } = await cli.run(['status', '--json']);
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(json).toMatchObject({
      ok: true,
      running: true,
      mode: 'cloud-signin',
      connection: 'online',
      session: { email, account: demonstration.company },
    });
    expect((await cli.run(['status'])).out).toContain(demonstration.company);
  });

  test('A20: acquire runs a command with a license and ends with its exit code; the seat is free afterwards', async () => {
    const script = `console.log(process.env.ALDABA_PRODUCT, process.env.ALDABA_PERMIT); process.exit(7)`;
    const held = await cli.run(['acquire', 'viga', '--', process.execPath, '-e', script]);
    expect([held.code, held.out]).toEqual([7, 'viga full\n']);
    const asJson = await cli.run(['acquire', 'viga', '--json', '--', process.execPath, '-e', script]);
    expect(asJson.json).toMatchObject({ product: 'viga', exitCode: 7, permit: 'full' });
    expect(asJson.err).toContain('viga full');
    await expect.poll(() => cli.seatsUsed('viga')).toBe(0);
  });

  test('acquire runs a script of this system, with its words as they were given', async () => {
    const windows = process.platform === 'win32';
    const job = join(cli.folder, windows ? 'job.cmd' : 'job');
    await writeFile(
      job,
      windows
        ? '@echo %ALDABA_PERMIT% %~1\r\n@exit /b 7\r\n'
        : '#!/bin/sh\necho "$ALDABA_PERMIT" "$1"\nexit 7\n',
      { mode: 0o755 },
    );
    const held = await cli.run(['acquire', 'viga', '--', job, 'two words']);
    expect([held.code, held.out.trim()]).toEqual([7, 'full two words']);
  });

  test('the client is killed and comes back under a running command: one seat stays taken, and the code is the command’s', async () => {
    const gate = join(cli.folder, 'gate');
    // Ends when the test has seen enough.
    const script = `setInterval(() => require('fs').existsSync(process.argv[1]) && process.exit(7), 50)`;
    const held = cli.start(['acquire', 'viga', '--', process.execPath, '-e', script, gate]);
    await expect.poll(cli.uses).toMatchObject([{ program: 'viga', state: 'running' }]);
    await agent.kill();
    agent = await cli.startAgent();
    await expect.poll(cli.uses).toMatchObject([{ program: 'viga', state: 'running' }]);
    expect(await cli.seatsUsed('viga')).toBe(1);
    await writeFile(gate, '');
    expect((await held.ended).code).toBe(7);
    await expect.poll(() => cli.seatsUsed('viga')).toBe(0);
  });

  test('the client is gone for good when the command ends: still the command’s own code', async () => {
    const gate = join(cli.folder, 'last-gate');
    const script = `setInterval(() => require('fs').existsSync(process.argv[1]) && process.exit(7), 50)`;
    const held = cli.start(['acquire', 'viga', '--', process.execPath, '-e', script, gate]);
    await expect.poll(cli.uses).toMatchObject([{ program: 'viga', state: 'running' }]);
    await agent.kill();
    await writeFile(gate, '');
    expect(await held.ended).toMatchObject({ code: 7, err: '' });
    agent = await cli.startAgent();
  });

  test('Ctrl+C is the command’s own affair, a request to end is passed on; both keep the license until it ends', async () => {
    const script = `process.on('SIGTERM', () => process.exit(9)); process.on('SIGINT', () => process.exit(8)); console.log('up'); setInterval(() => {}, 1000)`;
    const held = cli.start(['acquire', 'viga', '--', process.execPath, '-e', script]);
    await once(held.child.stdout as Readable, 'data');
    // To this process alone: a terminal sends it to the command as well.
    held.child.kill('SIGINT');
    held.child.kill('SIGINT');
    expect(await cli.uses()).toMatchObject([{ program: 'viga', state: 'running' }]);
    held.child.kill('SIGTERM');
    expect((await held.ended).code).toBe(9);
  });

  test('a sign-in that fails takes nothing away: the session and the license of a running program stay', async () => {
    const held = cli.start(['acquire', 'viga', '--', process.execPath, '-e', 'setInterval(() => {}, 1000)']);
    await expect.poll(cli.uses).toMatchObject([{ program: 'viga', state: 'running' }]);
    expect((await cli.run(['sign-in', '--email', email], { input: 'no es esta\n' })).code).toBe(4);
    expect((await cli.run(['sign-in', '--email', email])).code).toBe(2);
    expect(await cli.run(['status', '--json'])).toMatchObject({
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
      const refused = await cli.run([...command, '--set', 'theme=dark']);
      expect([refused.code, refused.out], command[0]).toEqual([2, '']);
      expect(refused.err).toContain(String(agent.pid));
    }
  });

  test('a product that the company does not have: 3, in words', async () => {
    const { code, err } = await cli.run(['acquire', 'puente', '--', process.execPath, '-e', '0']);
    expect(code).toBe(3);
    expect(err.trim().split('\n')).toHaveLength(3);
  });

  test('a command that does not exist: 2, and the seat is given back', async () => {
    expect((await cli.run(['acquire', 'viga', '--', join(cli.folder, 'nothing')])).code).toBe(2);
  });

  test('A16: programs are listed, downloaded with progress, and verified', async () => {
    const listed = (await cli.run(['programs', 'list', '--json'])).json as {
      releases: { product: string; size: number }[];
    };
    expect(listed.releases.map(({ product }) => product)).toContain('viga');
    const settings = { profile: join(cli.folder, 'downloader') };
    const own = ['--set', `downloadFolder=${join(cli.folder, 'downloads')}`, '--set', 'secretsOnDisk=true'];
    await cli.run(['setup', '--mode', 'cloud-signin', '--portal', cli.portalUrl, ...own], settings);
    await cli.run(['sign-in', '--email', email, ...own], { ...settings, input: password });
    const { code, json, err } = await cli.run(['programs', 'download', 'viga', '--json', ...own], settings);
    expect(code, err).toBe(0);
    expect((await stat(String(json.file))).size).toBe(json.size);
    expect(err).toContain('"percent":100');
    expect((await cli.run(['programs', 'download', 'puente'])).code).toBe(2);
  });

  test('A7, A8, D9, D10: a person is added, edited, suspended, let in again, and deleted with the administrator’s password', async () => {
    const person = `ines.prado.${Date.now()}@condor.example`;
    // Whoever signed in within the last minutes has shown the password already (src/cli/confirmed.test.ts for the others).
    const shown = await cli.run(['sign-in', '--email', email], { input: `${password}\n` });
    expect(shown.code, shown.err).toBe(0);
    const added = await cli.run([
      ...['people', 'add', person, '--first-name', 'Inés', '--last-name', 'Prado'],
      ...['--role', 'license-installer', '--job-title', 'Calculista', '--json'],
    ]);
    expect(added).toMatchObject({
      code: 0,
      json: { contact: { email: person, state: 'invited', jobTitle: 'Calculista' } },
    });
    expect((await cli.run(['people', 'resend', person, '--json'])).json.error?.code).toBe(
      'invitation-too-soon',
    );
    expect(
      (await cli.run(['people', 'add', person, '--first-name', 'X', '--last-name', 'Y', '--role', 'nothing']))
        .code,
    ).toBe(2);
    const twice = await cli.run([
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

    const edited = await cli.run([
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
    const found = await cli.run(['people', 'list', '--search', person, '--json']);
    expect(found.json).toMatchObject({ total: 1, contacts: [{ email: person }] });
    const listed = await cli.run(['people', 'list', '--search', person]);
    expect(listed.out).toMatch(/^Apellidos .*\nPrado, Inés /);
    expect((await cli.run(['people', 'suspend', person, '--json'])).json).toMatchObject({
      contact: { state: 'suspended' },
    });
    const back = await cli.run(['people', 'reactivate', person]);
    expect([back.code, back.out]).toEqual([0, expect.stringContaining(`aldaba people resend ${person}`)]);

    expect((await cli.run(['people', 'delete', person])).code).toBe(0);
    expect((await cli.run(['people', 'suspend', person])).code).toBe(2);
  });

  test('E8, E9, E11: a seat is assigned and withdrawn', async () => {
    const { contacts } = (await cli.run(['people', 'list', '--state', 'active', '--json'])).json as {
      contacts: { email: string; seats: unknown[]; allowed: string[] }[];
    };
    const person =
      contacts.find(({ seats, allowed }) => seats.length === 0 && allowed.includes('assign-seat'))?.email ??
      '';
    const used = async () => {
      const { pools } = (await cli.run(['seats', 'list', '--json'])).json as {
        pools: { product: string; used: number }[];
      };
      return pools.find(({ product }) => product === 'portico')?.used ?? -1;
    };
    const before = await used();
    expect((await cli.run(['seats', 'assign', 'portico', person])).code).toBe(0);
    expect(await used()).toBe(before + 1);
    expect((await cli.run(['seats', 'withdraw', 'portico', person])).code).toBe(0);
    expect(await used()).toBe(before);
    const again = await cli.run(['seats', 'withdraw', 'portico', person]);
    expect([again.code, again.out], again.err).toEqual([
      0,
      expect.stringContaining('no tenía ningún puesto'),
    ]);
    expect((await cli.run(['seats', 'assign', 'puente', person])).code).toBe(2);
  });

  test('the primary contact keeps their rights: 6', async () => {
    const own = await cli.run(['people', 'edit', email, '--role', 'license-installer', '--json']);
    expect(own).toMatchObject({
      code: 6,
      json: { ok: false, error: { code: 'owner-protected', next: expect.stringContaining('soporte') } },
    });
  });

  test('doctor names what works and nothing secret', async () => {
    const { out, json } = await cli.run(['doctor', '--json']);
    expect(json).toMatchObject({
      running: true,
      portal: { address: cli.portalUrl, problem: null },
      mode: 'cloud-signin',
    });
    expect(out).not.toContain(password);
  });

  test('a client that does not answer is named, and nobody waits for it', async (context) => {
    needs(context, process.platform !== 'win32', 'Windows stops no process by a signal');
    process.kill(agent.pid, 'SIGSTOP');
    try {
      for (const command of ['status', 'doctor', 'agent']) {
        const { code, json } = await cli.run([command, '--json']);
        const named = { code: 'client-silent', data: { detail: String(agent.pid) } };
        expect([code, json.error], command).toMatchObject([1, named]);
        expect(json.error).toHaveProperty('next', expect.stringContaining(String(agent.pid)));
      }
    } finally {
      process.kill(agent.pid, 'SIGCONT');
    }
  });

  test('a second agent on the profile says who runs, and ends well', async () => {
    expect(await cli.run(['agent', '--json'])).toMatchObject({ code: 0, json: { running: true } });
  });

  test('signing out: status is 4 again', async () => {
    expect((await cli.run(['sign-out'])).code).toBe(0);
    expect((await cli.run(['status'])).code).toBe(4);
  });
});

describe('C10: a person of several companies', () => {
  test('is told the choices, and enters the one that is named', async () => {
    const who = demonstration.engineerOfTwoCompanies;
    const choices = await cli.run(['sign-in', '--email', who], { input: demonstration.password });
    expect(choices.code).toBe(2);
    for (const company of [demonstration.company, demonstration.otherCompany])
      expect(choices.err).toContain(company);
    const entered = await cli.run(
      ['sign-in', '--email', who, '--account', demonstration.otherCompany, '--json'],
      {
        input: demonstration.password,
      },
    );
    expect(entered).toMatchObject({ code: 0, json: { account: demonstration.otherCompany } });
    await cli.run(['sign-out']);
  });

  test.each([
    ['of one company', email],
    ['of several', demonstration.engineerOfTwoCompanies],
  ])('a person %s enters no other than the one that is named', async (_who, who) => {
    const signIn = (account: string) =>
      cli.run(['sign-in', '--portal', cli.portalUrl, '--email', who, '--account', account, '--json'], {
        input: demonstration.password,
      });
    const refused = await signIn('Taller Norte');
    expect([refused.code, refused.json.error]).toMatchObject([2, { code: 'usage' }]);
    expect(refused.json.error).toHaveProperty('title', expect.stringContaining('«Taller Norte»'));
    expect((await cli.run(['status'])).code).toBe(4);
    expect(await signIn(demonstration.company.toUpperCase())).toMatchObject({
      code: 0,
      json: { account: demonstration.company },
    });
    // Who is signed in stays so.
    expect((await signIn('Taller Norte')).code).toBe(2);
    expect((await cli.run(['status', '--json'])).json).toMatchObject({ session: { email: who } });
    await cli.run(['sign-out']);
  });
});
