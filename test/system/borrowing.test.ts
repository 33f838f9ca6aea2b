import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Child } from '../../scripts/start/child.ts';
import { moment } from '../../src/cli/format.ts';
import type { LicenseView } from '../../src/contract/client/state.ts';
import {
  demonstration,
  demonstrationAdministrator,
  demonstrationKeys,
} from '../../src/portal/demonstration/access.ts';
import { type ProgramProcess, type Relay, runProgram, startRelay } from './broker-support/processes.ts';
import { type CliRig, createCliRig, type Outcome } from './cli-support.ts';

const day = 86_400_000;
const example = join(import.meta.dirname, '../../examples/typescript/program.ts');

let relay: Relay;
let cli: CliRig;
/** The administrator's client, on the profile that commands have unless said otherwise. */
let office: Child;
/** The engineer's, which goes where no network is. */
let site: Child;
const siteProfile = () => join(cli.folder, 'site');
const programs: ProgramProcess[] = [];

const onSite = (...args: string[]) => cli.run(args, { profile: siteProfile() });

async function signIn(email: string, profile?: string): Promise<void> {
  const where = profile === undefined ? {} : { profile };
  await cli.run(['setup', '--mode', 'cloud-signin', '--portal', cli.portalUrl], where);
  const { code, err } = await cli.run(['sign-in', '--email', email], {
    ...where,
    input: demonstration.password,
  });
  expect(code, err).toBe(0);
}

/** A program of another vendor, which verifies the document itself and asks nobody to sign in. */
function startProgram(): ProgramProcess {
  const program = runProgram(
    [process.execPath, example],
    [
      ...['--program', 'viga', '--no-question', `--root-key=${cli.rootKey}`],
      ...['--runtime', join(siteProfile(), 'run'), '--start-command', ''],
    ],
    { ALDABA_LANGUAGE: 'es' },
  );
  programs.push(program);
  return program;
}

async function end(program: ProgramProcess): Promise<void> {
  program.interrupt();
  expect(await program.exit).toBe(0);
}

async function licenseOnSite(): Promise<LicenseView | undefined> {
  const { json } = await onSite('status', '--json');
  return (json.licenses as LicenseView[]).find(({ product }) => product === 'viga');
}

const lend = (product: string, days: string) => cli.run(['seats', 'lending', product, days, '--json']);
const places = () => cli.seatsUsed('viga');
const untilPlaces = (count: number) => expect.poll(places).toBe(count);
/** Left to itself, a client that was cut off may wait for minutes; it tells what it owes as soon as the portal answers anything a person asks. */
async function backInTheNetwork(): Promise<void> {
  await relay.mend();
  const { code, err } = await onSite('programs', 'list');
  expect(code, err).toBe(0);
}

/** The moment that a command said, so many days from now. */
function expectDays({ code, json, out }: Outcome, days: number): string {
  expect(code, out).toBe(0);
  const until = String(json.until);
  expect(Math.abs(Date.parse(until) - Date.now() - days * day)).toBeLessThan(5 * 60_000);
  return until;
}

/** What the portal's page for machines without network takes from a file. */
function jwsOf(file: string): string {
  const lines = file.replace(/-----[^-]+-----/g, '').split(/\r?\n/);
  return lines.filter((line) => line !== '' && !line.includes(':')).join('');
}

beforeAll(async () => {
  relay = await startRelay();
  cli = await createCliRig(relay);
  [office, site] = await Promise.all([cli.startAgent(), cli.startAgent(siteProfile())]);
  await signIn(demonstrationAdministrator.email);
  await signIn(demonstration.engineer, siteProfile());
});
afterAll(async () => {
  for (const program of programs) program.kill();
  await Promise.all([office?.stop(), site?.stop()]);
  await cli?.remove();
  await relay?.close();
});

test('a license goes along: its place is taken, and a client that was killed starts programs with it, cut off from the portal', async () => {
  const borrowed = await onSite('borrow', 'viga', '--days', '3', '--json');
  expect(borrowed, borrowed.err).toMatchObject({ code: 0, json: { ok: true, product: 'viga', days: 3 } });
  const until = expectDays(borrowed, 3);
  const held = { state: 'borrowed', permit: 'full', expiresAt: until };
  expect(await licenseOnSite()).toMatchObject(held);
  const { out } = await onSite('status');
  expect(out).toContain(`viga: Viga, prestada, hasta ${moment(until, 'es')}`);
  await untilPlaces(1);

  await relay.cut();
  await site.kill();
  site = await cli.startAgent(siteProfile());
  const program = startProgram();
  expect(await program.line('license')).toMatchObject({
    kind: 'borrow',
    state: 'borrowed',
    permit: 'full',
    verified: true,
    may: ['open', 'save', 'export', 'compute'],
  });
  await end(program);
  expect(await licenseOnSite()).toMatchObject(held);
});

test('given back without network: over at once, with a receipt that is not lost, and the portal is told when it is back', async () => {
  const back = await onSite('return', 'viga', '--json');
  expect(back, back.err).toMatchObject({ code: 0, json: { ok: true, product: 'viga', told: false } });
  const receipt = await readFile(String(back.json.file), 'utf8');
  expect(receipt).toContain('RETURN RECEIPT');
  expect((await onSite('status', '--json')).json.returned).toMatchObject([
    { product: 'viga', kind: 'borrow' },
  ]);
  expect((await licenseOnSite())?.permit).not.toBe('full');
  const program = startProgram();
  await program.line('refused');
  await program.exit;

  // The file is there: another one is named, and has the same receipt.
  expect((await onSite('return', 'viga')).code).toBe(2);
  const again = await onSite('return', 'viga', '--out', 'again.txt');
  expect([again.code, again.out], again.err).toEqual([0, expect.stringContaining('again.txt')]);
  expect(await readFile(join(cli.folder, 'again.txt'), 'utf8')).toBe(receipt);

  await backInTheNetwork();
  await untilPlaces(0);
  await expect.poll(async () => (await onSite('status', '--json')).json.returned).toEqual([]);
  expect((await onSite('return', 'viga', '--json')).json.error?.code).toBe('not-licensed');
});

test('a program that runs goes along with it, and goes on with a lease when it is given back', async () => {
  const program = startProgram();
  expect(await program.line('license')).toMatchObject({ kind: 'lease', permit: 'full', verified: true });
  expect((await onSite('status')).out).toMatch(/viga: Viga, activa, vale sin conexión hasta /);
  const borrowed = await onSite('borrow', 'viga');
  expect([borrowed.code, borrowed.out], borrowed.err).toEqual([
    0,
    expect.stringMatching(/^Licencia de viga prestada .+ aldaba return viga\n$/),
  ]);
  expect(await program.line('changed', { kind: 'borrow' })).toMatchObject({
    state: 'borrowed',
    permit: 'full',
    verified: true,
  });
  await untilPlaces(1);
  // The days start anew.
  const longer = expectDays(await onSite('borrow', 'viga', '--days', '10', '--json'), 10);
  expect(await licenseOnSite()).toMatchObject({ state: 'borrowed', expiresAt: longer });
  const fewer = await onSite('borrow', 'viga', '--days', '2', '--json');
  expect(fewer).toMatchObject({ code: 0, json: { until: longer, days: 10 } });

  expect(await onSite('return', 'viga', '--json')).toMatchObject({ code: 0, json: { told: true } });
  await program.line('changed', { kind: 'lease' });
  await expect.poll(licenseOnSite).toMatchObject({ state: 'active', permit: 'full' });
  expect(program.lines.filter(({ permit }) => permit !== undefined && permit !== 'full')).toEqual([]);
  expect(await places()).toBe(1);
  await end(program);
  await untilPlaces(0);
});

test('an administrator says for how many days; what is lent already stays so', async () => {
  expect(await lend('viga', '2')).toMatchObject({ code: 0, json: { pools: [{ borrowDays: 2 }] } });
  expect((await cli.run(['seats', 'list'])).out).toMatch(/^viga .+ 2$/m);
  const tooLong = await onSite('borrow', 'viga', '--days', '3', '--json');
  expect(tooLong).toMatchObject({ code: 6, json: { error: { code: 'borrow-too-long' } } });
  expectDays(await onSite('borrow', 'viga', '--days', '2', '--json'), 2);

  expect((await lend('viga', '0')).code).toBe(0);
  const notLent = await onSite('borrow', 'viga', '--days', '1', '--json');
  expect(notLent).toMatchObject({ code: 1, json: { error: { code: 'borrow-unavailable' } } });
  expect(await licenseOnSite()).toMatchObject({ state: 'borrowed', permit: 'full' });

  expect(await lend('portico', '5')).toMatchObject({
    code: 1,
    json: { error: { code: 'borrow-unavailable' } },
  });
  expect((await lend('puente', '5')).code).toBe(2);
  expect((await onSite('seats', 'lending', 'viga', '5')).code).toBe(6);
  expect((await lend('viga', '14')).code).toBe(0);
  expect((await onSite('release', 'viga')).code).toBe(0);
  await untilPlaces(0);
});

test('with no client running: a command alone borrows, a job runs cut off from the portal, and the receipt is taken there by hand', async () => {
  const node = {
    profile: join(cli.folder, 'node'),
    environment: { ALDABA_SECRETS_ON_DISK: 'true' },
  };
  const setup = ['setup', '--mode', 'cloud-key', '--portal', cli.portalUrl, '--key'];
  expect((await cli.run(setup, { ...node, input: demonstrationKeys.cloud })).code).toBe(0);
  const borrowed = await cli.run(['borrow', 'viga', '--json'], node);
  expectDays(borrowed, 7);
  await untilPlaces(1);
  await relay.cut();
  const job = ['acquire', 'viga', '--', process.execPath, '-p', 'process.env.ALDABA_PERMIT'];
  const ran = await cli.run(job, node);
  expect([ran.code, ran.out], ran.err).toEqual([0, 'full\n']);
  const back = await cli.run(['return', 'viga', '--out', 'node.txt', '--json'], node);
  expect(back, back.err).toMatchObject({ code: 0, json: { told: false } });
  expect((await cli.run(job, node)).code).not.toBe(0);

  await relay.mend();
  expect(await places()).toBe(1);
  const end = await fetch(`${cli.portalUrl}/v1/activations/end`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ receipt: jwsOf(await readFile(join(cli.folder, 'node.txt'), 'utf8')) }),
  });
  expect(end.ok).toBe(true);
  expect(await places()).toBe(0);
  // Told again by itself: nothing changes, and a license is to be had as before.
  expect((await cli.run(job, node)).out).toBe('full\n');
  await untilPlaces(0);
});

test('signing out gives the place back', async () => {
  expect((await onSite('borrow', 'viga')).code).toBe(0);
  await untilPlaces(1);
  expect((await onSite('sign-out')).code).toBe(0);
  await untilPlaces(0);
  expect((await licenseOnSite())?.permit).not.toBe('full');
});

test('a limit that an administrator raises counts at once, also for what is borrowed', async () => {
  await signIn(demonstration.engineer, siteProfile());
  await lend('viga', '2');
  expectDays(await onSite('borrow', 'viga', '--days', '2', '--json'), 2);
  await lend('viga', '14');
  expectDays(await onSite('borrow', 'viga', '--days', '10', '--json'), 10);
  expect((await onSite('return', 'viga', '--json')).json.told).toBe(true);
  await untilPlaces(0);
});

test('released without network: it is said that the place stays taken until the portal knows', async () => {
  expect((await onSite('borrow', 'viga')).code).toBe(0);
  await relay.cut();
  const { code, json } = await onSite('release', 'viga', '--json');
  expect([code, json]).toMatchObject([0, { product: 'viga', told: false }]);
  await backInTheNetwork();
  await untilPlaces(0);
});
