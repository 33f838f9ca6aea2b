import manifest from '../../package.json' with { type: 'json' };
import type { Outside } from './context.ts';
import { run } from './run.ts';

/** @returns the exit code */
export function main(outside: Outside): Promise<number> {
  return run(outside, manifest.version);
}
