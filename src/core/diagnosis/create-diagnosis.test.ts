import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CoreRig, createCoreRig } from '../../../test/fakes/core-rig.ts';
import { testPassword } from '../../../test/fakes/portal.ts';
import { testLicenseKey } from '../../../test/fakes/portal-router.ts';
import { diagnosisSchema } from '../../contract/client/diagnosis.ts';
import { AldabaError } from '../../contract/errors.ts';
import { formatLicenseKey, licenseKeyRandomBytes } from '../../domain/license-key.ts';
import { logTail } from './log-tail.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

const line = (time: string, fields: object) =>
  `${JSON.stringify({ level: 30, time, name: 'host', ...fields })}\n`;

test('a diagnosis says what works and what does not, and holds no secret and no address of a person', async () => {
  const key = formatLicenseKey(new Uint8Array(licenseKeyRandomBytes));
  const jws = `${Buffer.from('{"alg":"EdDSA"}').toString('base64url')}.e30.c2lnbmF0dXJl`;
  await mkdir(rig.paths.logs, { recursive: true });
  await writeFile(
    join(rig.paths.logs, 'host.log'),
    line('2026-03-02T07:59:00.000Z', {
      msg: `signed in lucia.ferrer@condor.example with ${key}`,
      password: testPassword,
    }) + line('2026-03-02T07:59:01.000Z', { msg: `got ${jws} through http://ana:clave@proxy.example/` }),
  );
  const running = await rig.start({ locked: { proxy: 'http://ana:clave@proxy.example:8080' } });
  await rig.signIn(running);
  rig.portal.line.before = async () => {
    throw new AldabaError('portal-certificate', 'not trusted', { detail: 'CERT_HAS_EXPIRED' });
  };
  const found = await running.client.diagnose();
  expect(diagnosisSchema.parse(found)).toMatchObject({
    mode: 'cloud-signin',
    portal: {
      address: rig.portal.address,
      problem: { code: 'portal-certificate', data: { detail: 'CERT_HAS_EXPIRED' } },
    },
    licenses: [],
    keychain: { backend: 'secret-service', state: 'ok' },
    clock: { verdict: 'ok', back: 0 },
    lockedSettings: ['proxy'],
    log: [expect.stringContaining('signed in'), expect.stringContaining('got')],
  });
  const text = JSON.stringify(found);
  for (const secret of [testPassword, key, 'lucia.ferrer', 'clave', jws, ...rig.entries.values()])
    expect(text).not.toContain(secret);
});

test('a portal that does not answer is told as that, not as something that somebody cancelled', async () => {
  const running = await rig.start({ locked: { portal: rig.portal.address } });
  rig.portal.line.before = ({ signal }) =>
    new Promise((_, lost) => {
      signal.addEventListener('abort', () => lost(signal.reason));
      void rig.clock.advance(15_000);
    });
  const { portal } = await running.client.diagnose();
  expect(portal?.problem).toMatchObject({ code: 'network-timeout' });
});

test('a file that stands in the way of the portal is named, without the name of its person', async () => {
  const running = await rig.start({ locked: { portal: rig.portal.address } });
  rig.portal.line.before = async () => {
    const data = { file: join(homedir(), 'none.pem'), field: 'extraCaFile' };
    throw new AldabaError('network-certificate-file', 'not there', data);
  };
  const { portal } = await running.client.diagnose();
  expect(portal?.problem).toMatchObject({
    code: 'network-certificate-file',
    data: { file: join('~', 'none.pem'), field: 'extraCaFile' },
  });
});

test('a folder that takes no file is named, the others are left as they were', async () => {
  const running = await rig.start();
  expect((await running.client.diagnose()).folders).toEqual([]);
  await rm(rig.paths.config, { recursive: true, force: true });
  await writeFile(rig.paths.config, '');
  const { folders } = await running.client.diagnose();
  expect(folders).toEqual([{ code: 'folder-not-writable', file: rig.paths.config }]);
  const left = await readdir(rig.paths.root, { recursive: true });
  expect(left.filter((name) => name.includes('try-'))).toEqual([]);
});

test('a standalone license is told by its state, the hardware by the names of what changed', async () => {
  const running = await rig.start();
  await running.client.setup.chooseMode({ mode: 'standalone' });
  await running.client.setup.setPortal({ address: rig.portal.address });
  await running.client.setup.activate({ key: testLicenseKey });
  await running.core.stop();
  rig.hardware.components = { ...rig.hardware.components, cpu: 'another cpu' };
  const again = await rig.start();
  await expect.poll(() => again.core.state.get().device.match).toBe('match');
  const found = await again.client.diagnose();
  expect(found).toMatchObject({
    licenses: [{ product: 'viga', state: 'active', permit: 'full', kind: 'license' }],
    device: { match: 'match', changed: [{ name: 'cpu', change: 'changed' }] },
  });
  expect(JSON.stringify(found)).not.toContain('another cpu');
});

test('the newest lines of all logs stand in the order of their time', async () => {
  await mkdir(rig.paths.logs, { recursive: true });
  const lines = (from: number) =>
    Array.from({ length: 5 }, (_, at) =>
      line(`2026-03-02T08:00:0${at * 2 + from}.000Z`, { msg: `${at * 2 + from}` }),
    );
  await writeFile(join(rig.paths.logs, 'agent.log'), `${lines(0).join('')}{"cut`);
  await writeFile(join(rig.paths.logs, 'window.log'), `not a line of ours\n${lines(1).join('')}`);
  const told = await logTail(rig.paths.logs, 4);
  expect(told.map((text) => JSON.parse(text).msg)).toEqual(['6', '7', '8', '9']);
  expect(await logTail(join(rig.paths.logs, 'none'), 4)).toEqual([]);
});
