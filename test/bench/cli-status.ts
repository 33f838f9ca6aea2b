import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild } from '../../scripts/start/child.ts';
import { removeProfile } from '../support/remove-profile.ts';
import { withoutKeychain } from '../support/without-keychain.ts';
import { atMost, percentile, type Run } from './figure.ts';

const root = join(import.meta.dirname, '../..');
const aldaba = join(root, 'out/cli/aldaba.js');
const reportCpu = join(import.meta.dirname, 'support/report-cpu.cjs');
const rounds = 25;

export const figures = {
  'cli-status': atMost(4, 'ms', 'node -e 0, while a client runs'),
  'cli-status-alone': atMost(4, 'ms', 'node -e 0, on a profile that a client has left'),
};

/** Without a keychain, which would be the person's own, nothing would be found again: what a client leaves is kept in files. */
const environment = { ...withoutKeychain, ALDABA_SECRETS_ON_DISK: 'true' };

/**
 * `aldaba status` as a script calls it, against the bare `node -e 0` of the same run: while a client runs, which is how it is used, and on a
 * profile that a client has set up and left, when disk and keychain are read and what they say is judged. Medians of computing time in
 * milliseconds, which another program's work on the machine does not lengthen; the three are taken in turns.
 */
export const run: Run<typeof figures> = async (asks) => {
  const builder = startChild(join(root, 'scripts/build.ts'), ['cli']);
  if ((await builder.exited) !== 0) throw new Error('the command line could not be built');
  const [running, left] = [profileFolder(), profileFolder()];
  const agent = asks('cli-status') ? await startAgent(running) : null;
  try {
    if (asks('cli-status-alone')) await leave(left);
    const samples = { bare: [] as number[], running: [] as number[], left: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      samples.bare.push(computing('-e', '0'));
      if (asks('cli-status')) samples.running.push(computing(aldaba, 'status', '--profile', running));
      if (asks('cli-status-alone')) samples.left.push(computing(aldaba, 'status', '--profile', left));
    }
    const limit = percentile(samples.bare, 50);
    return {
      ...(asks('cli-status') && { 'cli-status': { value: percentile(samples.running, 50), limit } }),
      ...(asks('cli-status-alone') && { 'cli-status-alone': { value: percentile(samples.left, 50), limit } }),
    };
  } finally {
    await agent?.stop();
    for (const profile of [running, left]) await removeProfile(profile);
  }
};

/** Leaves a profile that a client has set up, with no client on it. */
async function leave(profile: string): Promise<void> {
  const agent = await startAgent(profile);
  spawnSync(process.execPath, [aldaba, 'setup', '--mode', 'standalone', '--profile', profile], {
    env: { ...process.env, ...environment },
  });
  await agent.stop();
}

async function startAgent(profile: string): Promise<Child> {
  const agent = startChild(aldaba, ['agent', '--json', '--profile', profile], {
    environment,
  });
  await agent.line((line) => line.includes('"ready"'));
  return agent;
}

function profileFolder(): string {
  return mkdtempSync(join(tmpdir(), 'aldaba-bench-'));
}

/** ms that a process computes from its start to its end. */
function computing(...args: string[]): number {
  const { output } = spawnSync(process.execPath, ['--require', reportCpu, ...args], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  });
  return Number(output[3]) / 1000;
}
