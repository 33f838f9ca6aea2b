import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { removeFolder } from '../../../test/support/remove-folder.ts';
import { needs } from '../../../test/support/skip.ts';
import { createFileLog, createLazyLog } from './lazy-log.ts';

function recorded() {
  const lines: string[] = [];
  const at = (level: string) => (_fields: object, message: string) => void lines.push(`${level} ${message}`);
  return {
    lines,
    log: {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
    },
  };
}

test('is opened once, by the first line that counts, and keeps the order', async () => {
  const { lines, log } = recorded();
  const open = vi.fn(async () => log);
  const lazy = createLazyLog(open);
  lazy.debug({}, 'too early');
  await lazy.flush();
  expect(open).not.toHaveBeenCalled();
  lazy.info({}, 'one');
  lazy.error({}, 'two');
  expect(lines).toEqual([]);
  await lazy.flush();
  lazy.debug({}, 'three');
  lazy.warn({}, 'four');
  expect(lines).toEqual(['info one', 'error two', 'debug three', 'warn four']);
  expect(open).toHaveBeenCalledTimes(1);
});

test('a log that cannot be opened keeps nobody from working', async () => {
  const lazy = createLazyLog(async () => {
    throw new Error('EROFS');
  });
  lazy.info({}, 'one');
  await lazy.flush();
  lazy.info({}, 'two');
  await expect(lazy.flush()).resolves.toBeUndefined();
});

test('commands write to a real file, all of it before they end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aldaba-log-'));
  try {
    const lazy = createFileLog(folder, 'command');
    lazy.warn({ password: 'secreto' }, 'one');
    await lazy.flush();
    const text = await readFile(join(folder, 'command.log'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ name: 'command', msg: 'one' });
    expect(text).not.toContain('secreto');
  } finally {
    await removeFolder(folder);
  }
});

test('a file that cannot be opened is no failure of the process', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aldaba-log-'));
  try {
    await mkdir(join(folder, 'command.log'));
    const lazy = createFileLog(folder, 'command');
    lazy.warn({}, 'one');
    await expect(lazy.flush()).resolves.toBeUndefined();
    lazy.warn({}, 'two');
  } finally {
    await removeFolder(folder);
  }
});

test('on a full disk the work goes on and the process ends', async (context) => {
  needs(context, existsSync('/dev/full'), 'this system has no /dev/full');
  const folder = await mkdtemp(join(tmpdir(), 'aldaba-log-'));
  try {
    await symlink('/dev/full', join(folder, 'command.log'));
    const script = `
      const { createFileLog } = await import(${JSON.stringify(import.meta.resolve('./lazy-log.ts'))});
      const log = createFileLog(process.argv[1], 'command');
      for (let line = 0; line < 10_000; line += 1) log.warn({ line }, 'one of many');
      await log.flush();
      log.warn({}, 'the last');
      process.stdout.write('done');`;
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script, folder]);
    expect(stdout).toBe('done');
  } finally {
    await removeFolder(folder);
  }
});
