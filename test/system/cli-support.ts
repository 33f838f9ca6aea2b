import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild } from '../../scripts/start/child.ts';
import { prepareTestDatabase } from '../support/open-test-database.ts';
import type { Relay } from './broker-support/processes.ts';

/** What a command ended with. */
export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** The one JSON document of `--json`. */
  readonly json: Record<string, unknown> & { ok?: boolean; error?: { code: string } };
}

export interface RunOptions {
  /** What it reads on standard input; null: nothing comes, and it stays open. */
  input?: string | null;
  /** Its folder; the rig's own unless said. null: where the environment leads to. */
  profile?: string | null;
  environment?: Readonly<Record<string, string>>;
}

/** The built command line beside a portal with demonstration data, in a folder of its own. */
export interface CliRig {
  readonly folder: string;
  readonly portalUrl: string;
  /** Root key of its documents. */
  readonly rootKey: string;
  /** Runs a command with no terminal, as a script does. */
  run(args: string[], options?: RunOptions): Promise<Outcome>;
  start(args: string[], options?: RunOptions): { child: ChildProcess; ended: Promise<Outcome> };
  /** Starts a command that goes on until it is asked to end. */
  keep(args: string[]): Child;
  /** The client without a window. On disk, so that one that is killed knows at its next start who is signed in: the suite has no keychain. */
  startAgent(profile?: string): Promise<Child>;
  /** Programs of the profile that use or wait for a license, by the client that runs. */
  uses(): Promise<{ program: string; state: string }[]>;
  seatsUsed(product: string): Promise<number | undefined>;
  remove(): Promise<void>;
}

const root = join(import.meta.dirname, '../..');
const aldaba = join(root, 'out/cli/aldaba.js');

/** @param relay the wire to the portal; without one, whoever asks the portal reaches it itself */
export async function createCliRig(relay?: Relay): Promise<CliRig> {
  const folder = await mkdtemp(join(tmpdir(), 'aldaba-cli-'));
  const ownProfile = join(folder, 'profile');
  await prepareTestDatabase(join(folder, 'portal'));
  const portal = startChild(
    join(root, 'src/portal/index.ts'),
    ['--demo', '--json', '--port', '0', '--data', join(folder, 'portal')],
    {
      environment: {
        LOG_LEVEL: 'warn',
        SMTP_URL: '',
        ...(relay === undefined ? {} : { PUBLIC_URL: relay.url }),
      },
    },
  );
  const {
    url: portalUrl,
    address,
    rootKey,
  } = JSON.parse(await portal.line((line) => line.startsWith('{"event":"ready"')));
  relay?.aim(address);
  const environment = { ALDABA_DEVELOPMENT_ROOT: rootKey };

  const cli: CliRig = {
    folder,
    portalUrl,
    rootKey,
    run: (args, options) => cli.start(args, options).ended,
    start(args, { input = '', profile = ownProfile, environment: more = {} } = {}) {
      const where = profile === null ? [] : ['--profile', profile];
      const child = spawn(process.execPath, [aldaba, ...where, ...args], {
        cwd: folder,
        env: { ...process.env, ALDABA_LANGUAGE: 'es', ...environment, ...more },
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
      if (input !== null) child.stdin.end(input);
      const ended = new Promise<Outcome>((resolve) => {
        child.once('close', (code) => {
          const json = args.includes('--json') && out !== '' ? JSON.parse(out) : {};
          resolve({ code, out, err, json });
        });
      });
      return { child, ended };
    },
    keep: (args) => startChild(aldaba, args, { environment }),
    async startAgent(profile = ownProfile) {
      const agent = cli.keep(['agent', '--json', '--profile', profile, '--set', 'secretsOnDisk=true']);
      await agent.line((line) => line.includes('"ready"'));
      return agent;
    },
    async uses() {
      const { json } = await cli.run(['status', '--json']);
      return json.uses as { program: string; state: string }[];
    },
    async seatsUsed(product) {
      const { pools } = (await cli.run(['seats', 'list', '--json'])).json as {
        pools: { product: string; used: number }[];
      };
      return pools.find((pool) => pool.product === product)?.used;
    },
    async remove() {
      await portal.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return cli;
}
