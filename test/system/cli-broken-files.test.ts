import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demonstrationAdministrator, demonstrationKeys } from '../../src/portal/demonstration/access.ts';
import { needs } from '../support/skip.ts';
import { type CliRig, createCliRig } from './cli-support.ts';

let cli: CliRig;
const { email, password } = demonstrationAdministrator;
const kept = ['--set', 'secretsOnDisk=true'];

beforeAll(async () => {
  cli = await createCliRig();
});
afterAll(() => cli?.remove());

async function signedIn(name: string) {
  const profile = join(cli.folder, name);
  await cli.run(['setup', '--mode', 'cloud-signin', '--portal', cli.portalUrl, ...kept], { profile });
  const { code, err } = await cli.run(['sign-in', '--email', email, ...kept], {
    profile,
    input: `${password}\n`,
  });
  expect(code, err).toBe(0);
  return { profile, settings: join(profile, 'config', 'settings.json') };
}

async function standalone(name: string) {
  const profile = join(cli.folder, name);
  const setup = ['setup', '--mode', 'standalone', '--portal', cli.portalUrl, '--key', ...kept];
  const { code, err } = await cli.run(setup, { profile, input: `${demonstrationKeys.standalone}\n` });
  expect(code, err).toBe(0);
  const [record = ''] = await readdir(join(profile, 'data', 'licenses'));
  return { profile, record: join(profile, 'data', 'licenses', record) };
}

test('a broken settings file: who meets it first says so, every later status and doctor too, and the session goes on', async () => {
  const { profile, settings } = await signedIn('broken-settings');
  await writeFile(settings, '{"portal":"https:');
  const first = await cli.run(['seats', 'list', '--json', ...kept], { profile });
  expect([first.code, first.json.ok], first.err).toEqual([0, true]);
  const aside = /(\S+settings\.corrupt-\S+\.json)/.exec(first.err)?.[1] ?? '';
  expect(first.err).toContain('settings.json estaba dañado');
  expect(await readFile(aside, 'utf8')).toBe('{"portal":"https:');

  const status = await cli.run(['status', '--json', ...kept], { profile });
  expect([status.code, status.err]).toEqual([0, '']);
  expect(status.json).toMatchObject({
    mode: 'cloud-signin',
    portal: cli.portalUrl,
    session: { email },
    notices: [{ code: 'settings-corrupt', file: aside, field: null }],
  });
  expect((await cli.run(['status', ...kept], { profile })).out).toContain(`Archivo: ${aside}`);
  const doctor = await cli.run(['doctor', '--json', ...kept], { profile });
  expect(doctor.json).toMatchObject({
    problems: expect.arrayContaining(['settings-corrupt']),
    notices: [{ code: 'settings-corrupt', file: aside }],
  });

  await rm(aside);
  expect((await cli.run(['status', '--json', ...kept], { profile })).json).toMatchObject({ notices: [] });
});

test('a variable that is wrong is told as that, and no file as damaged', async () => {
  const profile = join(cli.folder, 'wrong-variable');
  const environment = { ALDABA_MODE: 'weird' };
  for (const command of ['status', 'doctor']) {
    const { out } = await cli.run([command], { profile, environment });
    expect(out).toContain('Una variable de entorno tiene un valor que no vale\n  Aldaba la ignoró');
    expect(out).toContain('Variable: ALDABA_MODE. Valores posibles: cloud-signin, cloud-key, standalone');
    expect(out).not.toContain('copia aparte');
  }
  const { json } = await cli.run(['status', '--json'], { profile, environment });
  expect(json).toMatchObject({ notices: [{ code: 'variable-invalid', field: 'mode', file: null }] });
});

test('a folder in the place of the settings file hinders no command', async () => {
  const { profile, settings } = await signedIn('folder');
  await rm(settings);
  await mkdir(settings);
  const { code, json } = await cli.run(['status', '--json', ...kept], { profile });
  expect([code, json.mode]).toEqual([0, 'cloud-signin']);
  expect(json).toMatchObject({ notices: [{ code: 'settings-corrupt' }] });
});

test('a folder that takes no file is named by doctor, and not blamed on the portal', async () => {
  const { profile } = await signedIn('no-folder');
  const run = join(profile, 'run');
  await rm(run, { recursive: true });
  await writeFile(run, '');
  const doctor = await cli.run(['doctor', ...kept], { profile });
  expect([doctor.code, doctor.out]).toEqual([1, expect.stringContaining(`Archivo: ${run}`)]);
  const refused = await cli.run(['acquire', 'viga', ...kept, '--', 'true'], { profile });
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining(`Archivo: ${run}`)]);
});

test('a file of certificates that is missing is named, and the portal’s own is not blamed', async () => {
  const { profile } = await signedIn('no-certificate-file');
  const file = join(cli.folder, 'none.pem');
  const set = [...kept, '--set', `extraCaFile=${file}`];
  for (const command of ['doctor', 'people list']) {
    const { code, out, err } = await cli.run([...command.split(' '), ...set], { profile });
    expect([command, code]).toEqual([command, 5]);
    expect(out + err).toContain('No se puede leer el certificado de su organización');
    expect(out + err).toContain(`Ajuste: extraCaFile\n`);
    expect(out + err).toContain(`Archivo: ${file}`);
    expect(out + err).not.toContain('Caducó');
  }
});

test('a broken license record is kept aside and named by each status, until the product has a license again', async () => {
  const { profile, record } = await standalone('broken-license');
  await writeFile(record, 'x');
  for (let turn = 0; turn < 2; turn++) {
    const { code, json } = await cli.run(['status', '--json', ...kept], { profile });
    expect(code).toBe(3);
    expect(json).toMatchObject({
      notices: [{ code: 'file-format', file: expect.stringContaining(`${record}.corrupt-`) }],
    });
  }
  await standalone('broken-license');
  expect((await cli.run(['status', '--json', ...kept], { profile })).json).toMatchObject({ notices: [] });
});

test('licenses that cannot be read are not known: status says so and why, instead of none', async () => {
  const { profile } = await signedIn('unreadable');
  const folder = join(profile, 'data', 'licenses');
  await rm(folder, { recursive: true, force: true });
  await writeFile(folder, '');
  const { code, json } = await cli.run(['status', '--json', ...kept], { profile });
  expect([code, json.licenses, json.licensesUnread]).toEqual([1, null, 'file-unreadable']);
  expect(json).toMatchObject({ notices: [{ code: 'file-unreadable', file: folder }] });
  const text = await cli.run(['status', ...kept], { profile });
  expect([text.code, text.out]).toEqual([1, expect.stringContaining(`Archivo: ${folder}`)]);
  expect(text.out).toContain('no se pudieron leer ahora: No se puede leer un archivo de Aldaba');
  expect(text.out).not.toContain('ninguna en este equipo');
  await rm(folder);
  const again = await cli.run(['status', '--json', ...kept], { profile });
  expect([again.code, again.json.licenses, again.json.licensesUnread]).toEqual([0, [], null]);
});

test('a command that does not meet the place of the device key costs the machine nothing of its license', async () => {
  const { profile, record } = await standalone('from-afar');
  const before = await readFile(record, 'utf8');
  const place = join(profile, 'data', 'secrets');
  await rename(place, `${place}-elsewhere`);
  for (const chosen of [[], kept]) {
    expect((await cli.run(['status', '--json', ...chosen], { profile })).code).toBe(3);
    await cli.run(['doctor', '--json', ...chosen], { profile });
    await cli.run(['acquire', 'viga', '--json', ...chosen], { profile });
    expect(await readFile(record, 'utf8')).toBe(before);
  }
  await rm(place, { recursive: true });
  const out = await cli.run(['sign-out'], { profile });
  expect([out.code, out.err]).toEqual([1, expect.stringContaining('--profile CARPETA')]);
  expect(out.err).not.toContain('secretsOnDisk');
  await rename(`${place}-elsewhere`, place);
  const { code, json } = await cli.run(['status', '--json', ...kept], { profile });
  expect([code, json.notices]).toEqual([0, []]);
});

test('secrets that are no longer wanted on disk are read on where there is no keychain, and a sign-out takes them along', async (context) => {
  needs(context, process.platform === 'linux', 'only on Linux the suite takes the keychain away');
  const { profile } = await signedIn('no-longer-fixed');
  expect((await cli.run(['status', '--json'], { profile })).json).toMatchObject({ mode: 'cloud-signin' });
  expect(await cli.run(['sign-out', '--json'], { profile })).toMatchObject({ code: 0, json: { told: true } });
  expect(await readdir(join(profile, 'data', 'secrets'))).not.toContain('refresh-token');
});
