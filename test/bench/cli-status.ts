import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../scripts/start/child.ts';
import { atMost, type Bench, percentile } from './figure.ts';

const root = join(import.meta.dirname, '../..');
const aldaba = join(root, 'out/cli/aldaba.js');
const rounds = 25;

/**
 * `aldaba status` as a script calls it, against the bare `node -e 0` of the same run: while a client runs, which is how it is used, and with none,
 * when it reads disk and keychain itself. Medians of milliseconds; the three are taken in turns, so that a busy moment meets them all.
 */
export const run: Bench = async () => {
  const builder = startChild(join(root, 'scripts/build.ts'), ['cli']);
  if ((await builder.exited) !== 0) throw new Error('the command line could not be built');
  const [running, idle] = [profileFolder(), profileFolder()];
  const agent = startChild(aldaba, ['agent', '--json', '--profile', running]);
  try {
    await agent.line((line) => line.includes('"ready"'));
    const samples = { bare: [] as number[], running: [] as number[], idle: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      samples.bare.push(time('-e', '0'));
      samples.running.push(time(aldaba, 'status', '--profile', running));
      samples.idle.push(time(aldaba, 'status', '--profile', idle));
    }
    const bare = percentile(samples.bare, 50);
    return [
      atMost('cli-status', percentile(samples.running, 50), 'ms', bare, 4, 'node -e 0, while a client runs'),
      atMost(
        'cli-status-alone',
        percentile(samples.idle, 50),
        'ms',
        bare,
        8,
        'node -e 0, with no client running',
      ),
    ];
  } finally {
    await agent.stop();
    for (const profile of [running, idle]) rmSync(profile, { recursive: true, force: true });
  }
};

function profileFolder(): string {
  return mkdtempSync(join(tmpdir(), 'aldaba-bench-'));
}

function time(...args: string[]): number {
  const started = performance.now();
  spawnSync(process.execPath, args, { stdio: 'ignore' });
  return performance.now() - started;
}
