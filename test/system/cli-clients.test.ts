import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demonstrationAdministrator, demonstrationKeys } from '../../src/portal/demonstration/access.ts';
import { needs } from '../support/skip.ts';
import { type CliRig, createCliRig } from './cli-support.ts';

let cli: CliRig;
/** A profile that no agent runs on, as on a cluster's node. */
const node = () => ({ profile: join(cli.folder, 'node'), environment: { ALDABA_SECRETS_ON_DISK: 'true' } });

beforeAll(async () => {
  cli = await createCliRig();
  const setup = ['setup', '--mode', 'cloud-key', '--portal', cli.portalUrl, '--key'];
  expect((await cli.run(setup, { ...node(), input: demonstrationKeys.cloud })).code).toBe(0);
  // Whoever asks the portal how many seats are used has a profile of their own.
  const looker = { environment: node().environment };
  await cli.run(['setup', '--mode', 'cloud-signin', '--portal', cli.portalUrl], looker);
  const { email, password } = demonstrationAdministrator;
  const signedIn = await cli.run(['sign-in', '--email', email], { ...looker, input: password });
  expect(signedIn.code, signedIn.err).toBe(0);
});
afterAll(() => cli?.remove());

/** A job that computes until its gate is opened. */
function job(name: string) {
  const gate = join(cli.folder, name);
  const script = `setInterval(() => require('fs').existsSync(process.argv[1]) && process.exit(7), 50)`;
  const held = cli.start(['acquire', 'zapata', '--', process.execPath, '-e', script, gate], node());
  let over: string | undefined;
  void held.ended.then(({ code, err }) => {
    over = `ended with ${code}: ${err}`;
  });
  return {
    /** Until the node's client is as expected. Says so when the job ends before. */
    async until(expected: object) {
      await expect
        .poll(async () => ({ over, ...(await clientOfNode()) }))
        .toMatchObject({ over: undefined, ...expected });
    },
    async end() {
      await writeFile(gate, '');
      return (await held.ended).code;
    },
  };
}

async function clientOfNode() {
  const { json } = await cli.run(['status', '--json'], node());
  return {
    pid: json.pid,
    running: json.running,
    uses: (json.uses as { state: string }[]).map((use) => use.state),
  };
}

const seats = async () => {
  const { json } = await cli.run(['seats', 'list', '--json'], { environment: node().environment });
  return (json.pools as { product: string; used: number }[]).find(({ product }) => product === 'zapata')
    ?.used;
};

test('the job whose client it was ends first: the other one becomes the client, keeps its license, and gives it back', async () => {
  const first = job('first');
  await first.until({ running: true, uses: ['running'] });
  const { pid } = await clientOfNode();
  const second = job('second');
  await second.until({ pid, uses: ['running', 'running'] });
  expect(await first.end()).toBe(7);
  await second.until({ running: true, uses: ['running'] });
  expect((await clientOfNode()).pid).not.toBe(pid);
  expect(await seats()).toBe(1);
  expect(await second.end()).toBe(7);
  await expect.poll(seats).toBe(0);
  expect(await clientOfNode()).toMatchObject({ running: false });
});

test('jobs that start and end together all run', async () => {
  const run = ['acquire', 'zapata', '--', process.execPath, '-p', 'process.env.ALDABA_PERMIT'];
  const ended = await Promise.all([1, 2, 3].map(() => cli.run(run, node())));
  for (const { code, out, err } of ended) expect([code, out], err).toEqual([0, 'full\n']);
});

test('of agents that start together one is the client, the others say who', async () => {
  const profile = join(cli.folder, 'agents');
  const agents = [1, 2, 3].map(() => cli.keep(['agent', '--no-wait', '--json', '--profile', profile]));
  const said = await Promise.all(agents.map((agent) => agent.line(() => true)));
  const client = said.findIndex((line) => line.includes('"ready"'));
  const others = said.filter((_line, at) => at !== client);
  for (const line of others)
    expect(JSON.parse(line)).toEqual({ ok: true, running: true, pid: agents[client]?.pid });
  await Promise.all(agents.map((agent) => agent.stop()));
});

test('a job without a session of its own, as one of cron, finds the client of the person who is logged in', async (context) => {
  needs(context, process.platform === 'linux', 'elsewhere no folder goes with the session');
  const home = join(cli.folder, 'home');
  const session = join(home, 'session');
  await mkdir(session, { recursive: true, mode: 0o700 });
  const own = { HOME: home, XDG_DATA_HOME: '', XDG_STATE_HOME: '', XDG_CONFIG_HOME: '' };
  const loggedIn = { profile: null, environment: { ...own, XDG_RUNTIME_DIR: session } };
  const agent = cli.start(['agent', '--no-wait'], loggedIn);
  const look = async (runtime: string) => {
    const environment = { ...own, XDG_RUNTIME_DIR: runtime };
    return (await cli.run(['status', '--json'], { profile: null, environment })).json.pid;
  };
  await expect.poll(() => look('')).toBe(agent.child.pid);
  // Somebody else's, as `sudo -u` leaves it.
  expect(await look('/proc/1')).toBe(agent.child.pid);
  // The person logs out.
  await rm(session, { recursive: true });
  expect(await look('')).toBe(agent.child.pid);
  agent.child.kill('SIGTERM');
  expect((await agent.ended).code).toBe(0);
});

test('a job whose folder for locks and sockets goes while it runs ends with its own exit code', async () => {
  const lost = job('lost');
  await lost.until({ running: true, uses: ['running'] });
  const run = join(cli.folder, 'node', 'run');
  await rm(run, { recursive: true });
  await writeFile(run, '');
  expect(await lost.end()).toBe(7);
  await rm(run);
});
