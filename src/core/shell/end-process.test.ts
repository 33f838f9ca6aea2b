import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

test('a process that something holds ends all the same, with its exit code', async () => {
  const module = JSON.stringify(import.meta.resolve('./end-process.ts'));
  const code = `import { endProcess } from ${module}; setInterval(() => {}, 1000); process.exitCode = 3; endProcess();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'inherit' });
  expect(await once(child, 'exit')).toEqual([3, null]);
});
