import { safe } from '@orpc/client';
import { isContractProcedure } from '@orpc/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, type RunningCore, testEmail } from '../../../test/fakes/core-rig.ts';
import { testPassword } from '../../../test/fakes/portal.ts';
import { testIds } from '../../../test/fakes/portal-people.ts';
import { testCloudKey, testLicenseKey } from '../../../test/fakes/portal-router.ts';
import { clientContract } from '../../contract/client.ts';
import { createPinoLog } from '../adapters/pino-log.ts';

let rig: CoreRig;
let lines: string[];
beforeEach(async () => {
  rig = await createCoreRig();
  lines = [];
});
afterEach(() => rig.remove());

const proxyPassword = 'clave-del-proxy-9317';

/** A call of every procedure, in an order in which most succeed. What has no entry fails the test. */
const calls: Record<string, unknown> = {
  'state.get': undefined,
  'state.watch': undefined,
  'setup.chooseMode': { mode: 'cloud-signin' },
  'setup.setPortal': { address: 'https://portal.example' },
  'setup.requestPasswordLink': { email: testEmail },
  'setup.signIn': { email: testEmail, password: testPassword },
  'setup.chooseAccount': { accountId: testIds.condor },
  'session.list': undefined,
  'session.switchAccount': { accountId: testIds.condor },
  'session.confirmPassword': { password: testPassword },
  'session.end': { id: testIds.lucia },
  'people.listContacts': {},
  'people.getContact': { id: testIds.contact },
  'people.createContact': {
    email: 'nuevo@condor.example',
    firstName: 'Ana',
    lastName: 'Sol',
    roleId: testIds.role,
    idempotencyKey: testIds.contact,
  },
  'people.updateContact': { id: testIds.contact, revision: 1 },
  'people.deleteContact': { id: testIds.contact },
  'people.suspendContact': { id: testIds.contact },
  'people.reactivateContact': { id: testIds.contact },
  'people.resendInvitation': { id: testIds.contact },
  'people.resetPassword': { id: testIds.contact },
  'people.listRoles': undefined,
  'people.listPools': undefined,
  'people.assignSeat': { poolId: testIds.pool, contactId: testIds.contact },
  'people.withdrawSeat': { poolId: testIds.pool, contactId: testIds.contact },
  'people.listHolders': { poolId: testIds.pool },
  'people.setBorrowDays': { poolId: testIds.pool, borrowDays: 7 },
  'licenses.renew': undefined,
  'licenses.borrow': { product: 'viga', days: 7 },
  'licenses.returnBorrowed': { product: 'viga' },
  'licenses.release': { product: 'viga' },
  'licenses.registerAgain': { key: testLicenseKey },
  'licenses.giveBack': { product: 'viga' },
  'licenses.receipt': { product: 'viga' },
  'connection.check': undefined,
  diagnose: undefined,
  'programs.list': undefined,
  'programs.download': { releaseId: testIds.release },
  'programs.pause': { releaseId: testIds.release },
  'programs.resume': { releaseId: testIds.release },
  'programs.showInFolder': { releaseId: testIds.release },
  'programs.open': { releaseId: testIds.release },
  'programs.cancel': { releaseId: testIds.release },
  'settings.update': { theme: 'dark' },
  'settings.dismissNotice': { id: 'session-ended' },
  'setup.resetDevice': undefined,
  'setup.back': undefined,
  'setup.enterKey': { key: testCloudKey },
  'setup.takeStored': undefined,
  'setup.activate': { key: testLicenseKey },
  'setup.createRequestFile': { key: testLicenseKey },
  'setup.importFile': { fileName: 'licencia.txt', content: 'nothing' },
  'setup.cancelSignIn': undefined,
  'setup.cancel': undefined,
  'session.signOut': undefined,
};

function proceduresOf(node: object, path: string[] = []): string[] {
  return Object.entries(node).flatMap(([key, value]) =>
    isContractProcedure(value) ? [[...path, key].join('.')] : proceduresOf(value, [...path, key]),
  );
}

async function call({ client }: RunningCore, path: string, input: unknown): Promise<unknown> {
  let procedure: unknown = client;
  for (const key of path.split('.')) procedure = Reflect.get(procedure as object, key);
  const { data, error } = await safe((procedure as (input: unknown) => Promise<unknown>)(input));
  if (path !== 'state.watch')
    return { data, error, errorText: error === null ? '' : `${error.message} ${JSON.stringify(error)}` };
  const states = data as AsyncIterator<unknown>;
  const first = await states.next();
  await states.return?.();
  return first;
}

/** Every secret of the profile and the portal, as text and as base64url. */
function secretsOf(): string[] {
  const raw = [testPassword, testCloudKey, testLicenseKey, proxyPassword];
  for (const [name, value] of rig.entries) {
    if (name === 'device-key') raw.push(value);
    else if (value.startsWith('{'))
      raw.push(
        ...Object.entries(JSON.parse(value) as Record<string, string>).flatMap(([field, text]) =>
          // Of the device key, and shown.
          field !== 'thumbprint' && /^[\w-]{20,}$/.test(text) ? [text] : [],
        ),
      );
    else raw.push(value);
  }
  return [...new Set(raw.flatMap((text) => [text, Buffer.from(text).toString('base64url')]))];
}

test('no procedure’s answer, no error, no snapshot and no line of the log holds a secret', async () => {
  const seen: { where: string; text: string }[] = [];
  const secrets = new Set<string>();
  const log = createPinoLog({
    to: { write: (line: string) => void lines.push(line) },
    name: 'test',
    level: 'debug',
  });
  const running = await rig.start({
    log,
    locked: { proxy: `http://ana:${proxyPassword}@proxy.example:8080` },
  });
  running.core.state.get();
  rig.portal.publish(Buffer.from('programa'), { id: testIds.release });

  async function step(path: string, input: unknown): Promise<void> {
    const answer = await call(running, path, input);
    for (const secret of secretsOf()) secrets.add(secret);
    // The request file carries the license key on purpose: to be saved and taken to the portal (contract/client).
    if (path !== 'setup.createRequestFile') seen.push({ where: path, text: JSON.stringify(answer) });
    seen.push({ where: `snapshot after ${path}`, text: JSON.stringify(running.core.state.get()) });
  }

  for (const [path, input] of Object.entries(calls)) await step(path, input);
  for (const mode of ['cloud-key', 'standalone', 'cloud-signin']) {
    await step('setup.back', undefined);
    await step('setup.chooseMode', { mode });
    await step('setup.setPortal', { address: 'https://portal.example' });
    for (const path of [
      'setup.enterKey',
      'setup.activate',
      'setup.createRequestFile',
      'setup.signIn',
    ] as const) {
      await step(path, calls[path]);
    }
    for (const session of rig.portal.sessions) rig.portal.end(session);
    await step('people.listRoles', undefined);
  }
  for (const [token] of rig.portal.access) secrets.add(token);

  expect(Object.keys(calls).sort()).toEqual(proceduresOf(clientContract).sort());
  expect(secrets.size).toBeGreaterThan(12);
  expect(lines.length).toBeGreaterThan(20);
  for (const secret of secrets) {
    for (const { where, text } of seen) expect(text.includes(secret), `${where} holds a secret`).toBe(false);
    for (const line of lines) expect(line.includes(secret), `the log holds a secret: ${line}`).toBe(false);
  }
});

test('the files of a profile hold no secret either', async () => {
  const running = await rig.start();
  await rig.signIn(running);
  const { readdir, readFile } = await import('node:fs/promises');
  const names = (await readdir(rig.paths.root, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  expect(names.length).toBeGreaterThan(1);
  for (const entry of names) {
    const text = await readFile(`${entry.parentPath}/${entry.name}`, 'latin1');
    for (const secret of secretsOf())
      expect(text.includes(secret), `${entry.name} holds a secret`).toBe(false);
  }
});
