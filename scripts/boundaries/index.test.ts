import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'aldaba-boundaries-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function run(files: Record<string, string>, ...flags: string[]) {
  for (const [name, source] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), source);
  }
  const script = fileURLToPath(new URL('./index.ts', import.meta.url));
  return spawnSync(process.execPath, [script, '--root', root, ...flags], { encoding: 'utf8' });
}

const clean = { 'src/domain/deep/a.ts': `import { x } from '../../contract/x.ts';`, 'src/contract/x.ts': '' };

test('a clean tree ends with 0', async () => {
  const { status, stdout } = await run(clean);
  expect({ status, stdout }).toEqual({ status: 0, stdout: '2 files, 0 forbidden\n' });
});

test('a forbidden import ends with 1 and names file, line, column, rule and reason', async () => {
  const { status, stdout } = await run({ ...clean, 'src/domain/b.tsx': `\nimport 'node:os';\n` });
  expect(status).toBe(1);
  expect(stdout).toMatch(
    /^src\/domain\/b\.tsx:2:1 node: domain may not import node:os: .+\n3 files, 1 forbidden\n$/,
  );
});

test('--json gives the same to a machine', async () => {
  const { status, stdout } = await run({ ...clean, 'src/cli/b.mjs': `import '../portal/x.ts';` }, '--json');
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    files: 3,
    violations: [expect.objectContaining({ file: 'src/cli/b.mjs', line: 1, column: 1, rule: 'folder' })],
  });
});

test('dependencies of an example are not its source', async () => {
  const { status } = await run({ 'examples/typescript/node_modules/x/a.ts': `import '../../../../a.ts';` });
  expect(status).toBe(0);
});
