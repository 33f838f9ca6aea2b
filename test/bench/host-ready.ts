import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../scripts/start/child.ts';
import { removeProfile } from '../support/remove-profile.ts';
import { withoutKeychain } from '../support/without-keychain.ts';
import { below, percentile, type Run } from './figure.ts';

const root = join(import.meta.dirname, '../..');
const rounds = 7;

export const figures = { 'host-ready': below(1000, 'ms', 'process start to ready, p50') };

/** From starting the process to the line that says ready, on a profile that was used before; milliseconds. */
export const run: Run<typeof figures> = async () => {
  const builder = startChild(join(root, 'scripts/build.ts'), ['renderer']);
  if ((await builder.exited) !== 0) throw new Error('the window could not be built');
  const profile = mkdtempSync(join(tmpdir(), 'aldaba-bench-'));
  try {
    const samples: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const started = performance.now();
      const host = startChild(
        join(root, 'src/host/index.ts'),
        ['--json', '--no-open', '--profile', profile],
        {
          environment: withoutKeychain,
        },
      );
      await host.line((line) => line.includes('"ready"'));
      // The first one makes the profile.
      if (round > 0) samples.push(performance.now() - started);
      await host.stop();
    }
    return { 'host-ready': { value: percentile(samples, 50) } };
  } finally {
    await removeProfile(profile);
  }
};
