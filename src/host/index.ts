import { join } from 'node:path';
import process from 'node:process';
import { keepCompiledCode } from '../core/shell/code-cache.ts';

keepCompiledCode(join(import.meta.dirname, '../..'));
// electron-store asks for the package `electron`, which in plain Node would fetch its binary.
process.env.ELECTRON_OVERRIDE_DIST_PATH ??= '/nonexistent';

const { main } = await import('./main.ts');
await main(process.env, process.argv.slice(2));
