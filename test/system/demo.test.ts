import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test('A4, A17, A20: the main job with nobody at the keyboard: one sign-in, two programs, a lost portal, every seat free', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'scripts/demo.ts'), '--json'], {
    cwd: root,
    timeout: 220_000,
  });
  const lines = stdout.trim().split('\n');
  const last = JSON.parse(lines.at(-1) ?? '');
  expect(last).toEqual({ ok: true, signIns: 1, programs: 2, seconds: expect.any(Number) });
  expect(lines.length).toBeGreaterThan(8);
  for (const line of lines.slice(0, -1)) expect(line).toMatch(/^ *\d+\.\d s {2}\S/);
});
