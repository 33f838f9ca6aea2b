import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const bench = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'bench.ts'), ...args], { encoding: 'utf8' });

test('--list names every figure once, below its file, with its goal', () => {
  const { status, stdout } = bench('--list');
  expect(status).toBe(0);
  const names = [...stdout.matchAll(/^ {2}(\S+) +[<>]= \d/gm)].map(([, name]) => name);
  expect(names).toEqual(expect.arrayContaining(['broker-acquire-p50', 'silent-start-p95', 'cli-status']));
  expect(names).toHaveLength(new Set(names).size);
  expect(names).toHaveLength(stdout.match(/^ {2}/gm)?.length ?? 0);
});

test('--only with an unknown name measures nothing, and names what there is', () => {
  const { status, stdout, stderr } = bench('--only', 'no-such-figure');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain("'no-such-figure'");
  expect(stderr).toMatch(/^ {2}cli-status-alone /m);
});
