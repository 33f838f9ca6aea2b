/**
 * Checks every import under src and examples against the dependency rule in table.ts.
 *
 *   node scripts/boundaries/index.ts [--json] [--root FOLDER]
 *
 * Exit code 0 when clean, 1 with violations, one line each: file:line:column rule message.
 */
import { glob, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkFile } from './check-file.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    root: { type: 'string', default: fileURLToPath(new URL('../..', import.meta.url)) },
  },
});

const files = await Array.fromAsync(
  glob('{src,examples}/**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}', {
    cwd: values.root,
    exclude: (name) => name === 'node_modules',
  }),
);
const checked = await Promise.all(
  files.sort().map(async (file) => {
    const source = await readFile(join(values.root, file), 'utf8');
    return checkFile(file.split(sep).join('/'), source);
  }),
);
const violations = checked.flat();

if (values.json) {
  console.log(JSON.stringify({ files: files.length, violations }));
} else {
  for (const { file, line, column, rule, message } of violations) {
    console.log(`${file}:${line}:${column} ${rule}: ${message}`);
  }
  console.log(`${files.length} files, ${violations.length} forbidden`);
}
process.exitCode = violations.length > 0 ? 1 : 0;
