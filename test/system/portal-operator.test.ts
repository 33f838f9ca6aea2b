import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MailServer, startMailServer } from '../e2e/support/mail-server.ts';
import { createProof, createRefreshToken, createTestDevice, type TestDevice } from '../portal/devices.ts';
import { becomes } from '../support/becomes.ts';
import { prepareTestDatabase } from '../support/open-test-database.ts';
import { type Relay, startRelay } from './broker-support/processes.ts';

const program = join(import.meta.dirname, '../../src/portal/index.ts');
const admin = 'ines@andes.example';
const password = 'barcos lentos de madera';
const children = new Set<ChildProcess>();

let folder: string;
let mail: MailServer;
/** The portal's address for everybody, whatever port it draws itself. */
let relay: Relay;
let environment: Record<string, string>;
let url: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-operator-'));
  mail = await startMailServer();
  relay = await startRelay();
  url = relay.url;
  environment = {
    PATH: process.env.PATH ?? '',
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '',
    DATA_DIR: join(folder, 'data'),
    KEYS_DIR: join(folder, 'keys/portal'),
  };
  await Promise.all([
    run(['keys', '--out', join(folder, 'keys')]),
    prepareTestDatabase(join(folder, 'data')),
  ]);
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await relay.close();
  await mail.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [program, ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...said };
}

/** What a command that is done answers with. */
async function done(...args: string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await run([...args, '--json']);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as Record<string, unknown>;
}

/** A node of the portal, until the test has done its work. */
async function whileRunning(work: () => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [program, '--port', '0', '--json'], {
    env: { ...environment, SMTP_URL: mail.url, PUBLIC_URL: url, MAIL_FROM: 'licencias@andes.example' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  await becomes(() => expect(out, err).toContain('\n'), 50);
  relay.aim(JSON.parse(out).address);
  await work();
  child.kill('SIGTERM');
  await once(child, 'close');
  children.delete(child);
}

function post(path: string, body: object, device?: TestDevice): Promise<Response> {
  const proof = device && createProof(device, { method: 'POST', url: `${url}${path}`, at: Date.now() });
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(proof === undefined ? {} : { dpop: proof }) },
    body: JSON.stringify(body),
  });
}

const company = ['company', 'add', 'Puentes de los Andes', '--admin', admin];
const names = ['--first-name', 'Inés', '--last-name', 'Huamán Quispe'];

test('a company made by command: its administrator signs in by the mailed link', async () => {
  const { id, ...made } = await done(...company, ...names);
  expect(made).toEqual({ created: true, invited: true });
  await whileRunning(async () => {
    const { text = '' } = await mail.next(admin);
    const token = /#token=([A-Za-z0-9_-]{43})/.exec(text)?.[1];
    expect((await post('/v1/passwords', { token, password })).status).toBe(204);
    const device = createTestDevice();
    const nextTokenHash = createRefreshToken().hash;
    const input = { email: admin, password, device: device.description, nextTokenHash };
    const signedIn = await (await post('/v1/sessions', input, device)).json();
    expect(signedIn).toMatchObject({
      kind: 'signed-in',
      profile: { membership: { account: { id, name: 'Puentes de los Andes' }, roleKey: 'administrator' } },
    });
    expect(signedIn.profile.permissions).toContain('account:transfer-owner');

    // The embedded database has one process.
    const busy = await run(['company', 'list']);
    expect([busy.code, busy.err]).toEqual([1, expect.stringContaining('open in another process')]);
  });
});

test('what companies buy is made by command', async () => {
  await done('product', 'put', 'viga', '--name', 'Viga');
  const where = ['Puentes de los Andes'];
  const pool = await done('pool', 'add', ...where, 'viga', '--kind', 'named', '--total', '5');
  expect(pool.created).toBe(true);
  const key = await done('key', 'add', ...where, '--product', 'viga', '--devices', '2');
  expect(key.key).toMatch(/^ALD-/);
  expect(await done('key', 'revoke', ...where, String(key.id))).toEqual({ id: key.id, revoked: true });
});

test('a release is published once; another file under its name is refused', async () => {
  const file = join(folder, 'Viga-2027.1-linux.run');
  await writeFile(file, 'an installer');
  const release = ['--product', 'viga', '--version', '2027.1', '--platform', 'linux'];
  const published = await done('release', 'publish', file, ...release);
  expect(published.size).toBe(12);
  await writeFile(file, 'another one');
  const refused = await run(['release', 'publish', file, ...release]);
  expect([refused.code, refused.err]).toEqual([6, expect.stringContaining('published with another file')]);
  const missing = await run(['release', 'publish', join(folder, 'nothing.run'), ...release]);
  expect([missing.code, missing.err]).toEqual([6, expect.stringMatching(/^ENOENT: .*nothing\.run'\n$/)]);
});

test.each([
  ['without what is needed', ['company', 'add', 'Otra'], 2, '--admin'],
  ['with a value that does not fit', [...company, ...names, '--link-hours', '0'], 2, '--link-hours'],
  ['that there is not', ['company', 'sell'], 2, 'unknown command'],
  [
    'for an owner who is another',
    ['company', 'add', 'Puentes de los Andes', '--admin', 'x@andes.example', ...names],
    6,
    'another address',
  ],
  [
    'for a product that there is not',
    ['release', 'publish', program, '--product', 'noria', '--version', '1', '--platform', 'linux'],
    6,
    'product put',
  ],
  ['for a code that is none', ['product', 'put', 'La Noria', '--name', 'La Noria'], 2, 'code'],
  ['for a key that is neither', ['key', 'add', 'Puentes de los Andes'], 6, '--product'],
])('a command %s is refused in words', async (_what, args, code, words) => {
  const refused = await run(args);
  expect([refused.code, refused.out]).toEqual([code, '']);
  expect(refused.err).toContain(words);
});

test('each command explains itself', async () => {
  const help = await run(['pool', 'add', '--help']);
  expect(help.code).toBe(0);
  for (const word of ['--kind', '--total', '--ends', '--json', '--data']) expect(help.out).toContain(word);
});
