import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Child } from '../../scripts/start/child.ts';
import { demonstrationAdministrator } from '../../src/portal/demonstration/access.ts';
import { type CliRig, createCliRig } from './cli-support.ts';

let cli: CliRig;
let agent: Child;
const { email } = demonstrationAdministrator;

beforeAll(async () => {
  cli = await createCliRig();
  agent = await cli.startAgent();
});
afterAll(async () => {
  await agent?.stop();
  await cli?.remove();
});

describe('before anybody signed in', () => {
  test('status: 3 while nothing is configured', async () => {
    const { code, json } = await cli.run(['status', '--json']);
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
    const html = await cli.run([
      'setup',
      '--mode',
      'cloud-signin',
      '--portal',
      `http://127.0.0.1:${port}`,
      '--json',
    ]);
    page.close();
    expect(html).toMatchObject({ code: 5, json: { ok: false, error: { code: 'portal-not-aldaba' } } });
    const nobody = await cli.run(['setup', '--mode', 'cloud-signin', '--portal', 'http://127.0.0.1:2']);
    expect(nobody.code).toBe(5);
    expect(nobody.err.split('\n').length).toBeGreaterThanOrEqual(3);
    for (const address of ['ftp://x', 'http://127.0.0.1:6000']) {
      const wrong = await cli.run(['setup', '--mode', 'cloud-signin', '--portal', address, '--json']);
      expect(wrong, address).toMatchObject({ code: 2, json: { error: { code: 'portal-address-invalid' } } });
    }
    expect((await cli.run(['status', '--json'])).json.portal).toBeNull();
  });

  test('setup, then status: 4, the sign-in is missing', async () => {
    const done = await cli.run(['setup', '--mode', 'cloud-signin', '--portal', cli.portalUrl]);
    expect([done.code, done.err]).toEqual([0, '']);
    expect(done.out).toContain('aldaba sign-in');
    expect((await cli.run(['status'])).code).toBe(4);
  });

  test('acquire asks nobody when it is told not to: 4, and the command does not run', async () => {
    const { code, out } = await cli.run([
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
    const waiting = cli.start(['acquire', 'viga', '--json', '--', process.execPath, '-p', '"ran"']);
    await expect.poll(cli.uses).toMatchObject([{ program: 'viga', state: 'waiting' }]);
    await agent.kill();
    expect(await waiting.ended).toMatchObject({
      code: 5,
      json: { ok: false, error: { code: 'unavailable' } },
    });
    agent = await cli.startAgent();
    await cli.run(['setup', '--mode', 'cloud-signin', '--portal', cli.portalUrl]);
  });

  test('a wrong password and an unknown email are the same refusal: 4', async () => {
    const wrong = await cli.run(['sign-in', '--email', email, '--json'], { input: 'no es esta\n' });
    const unknown = await cli.run(['sign-in', '--email', 'nadie@condor.example', '--json'], {
      input: 'no es esta\n',
    });
    expect(wrong).toMatchObject({ code: 4, json: { error: { code: 'invalid-credentials' } } });
    expect(unknown.json).toEqual(wrong.json);
  });

  test('without a password on standard input: a wrong use', async () => {
    expect(await cli.run(['sign-in', '--email', email])).toMatchObject({ code: 2, out: '' });
  });
});
