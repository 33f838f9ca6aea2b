import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { below, percentile, type Run } from './figure.ts';

const root = join(import.meta.dirname, '../..');
const rounds = 15;

export const figures = { 'main-bundle': below(50, 'ms', 'evaluation of out/main/index.js, p50') };

/**
 * What Electron's main process does before anything can be shown: reading, compiling and evaluating the built bundle, with a fake of `electron` that
 * costs nothing. Each round in a new process; milliseconds.
 */
export const run: Run<typeof figures> = async () => {
  execFileSync(process.execPath, [join(root, 'scripts/build.ts'), 'main'], { cwd: root, stdio: 'ignore' });
  const profile = mkdtempSync(join(tmpdir(), 'aldaba-bench-'));
  try {
    const script = join(import.meta.dirname, 'support/evaluate-main.ts');
    const samples = Array.from({ length: rounds }, () =>
      Number(execFileSync(process.execPath, [script, `--profile=${profile}`], { encoding: 'utf8' })),
    );
    return { 'main-bundle': { value: percentile(samples, 50) } };
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
};
