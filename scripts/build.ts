import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isStale, sourceHash, type Target, targets, writeStamp } from './build/stamp.ts';
import { readArguments } from './read-arguments.ts';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

const help = `npm run build [-- TARGET...] [-- --force]

Builds what is stale under out/: ${targets.join(', ')}.
  --force   builds it all the same
Exit code: 0 built, 1 a build failed, 2 usage.`;

const { values, positionals } = readArguments(help, { force: { type: 'boolean', default: false } }, true);
const unknown = positionals.filter((name) => !targets.some((target) => target === name));
if (unknown.length > 0) {
  console.error(`No such target: ${unknown.join(', ')}. There are ${targets.join(', ')}.`);
  process.exit(2);
}
try {
  for (const target of targets.filter((name) => positionals.length === 0 || positionals.includes(name))) {
    await bringUpToDate(target);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** The finished folder takes the old one's place by renaming, so that nobody sees half a build. */
async function bringUpToDate(target: Target): Promise<void> {
  if (!values.force && !(await isStale(target, root))) {
    console.log(`${target.padEnd(9)} up to date`);
    return;
  }
  const started = performance.now();
  const hash = await sourceHash(target, root);
  await mkdir(join(root, 'out'), { recursive: true });
  const staging = await mkdtemp(join(root, 'out', `.${target}-`));
  try {
    const { buildTarget } = await import('./build/targets.ts');
    await buildTarget(target, root, join(staging, 'new'));
    await writeStamp(join(staging, 'new'), hash);
    await rename(join(root, 'out', target), join(staging, 'old')).catch(ignoreMissing);
    await rename(join(staging, 'new'), join(root, 'out', target));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  console.log(`${target.padEnd(9)} built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
