import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/**
 * Keeps compiled (and type-stripped) code between starts: host mode is ready in two thirds of the time. Before anything else is imported.
 * Beside the code, where only whoever may change the code can write: a cache is code too. Where that cannot be written, nothing is kept.
 *
 * @param root folder that holds node_modules
 */
export function keepCompiledCode(root: string): void {
  enableCompileCache(join(root, 'node_modules/.cache/aldaba-code'));
}
