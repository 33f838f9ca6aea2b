import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createLazyLog } from './lazy-log.ts';
import { createPinoLog } from './pino-log.ts';

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
      flush: async () => void lines.push('flushed'),
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
  expect(lines).toEqual(['info one', 'error two', 'flushed', 'debug three', 'warn four']);
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
    const lazy = createLazyLog(async () => createPinoLog({ to: folder, name: 'command' }));
    lazy.warn({ password: 'secreto' }, 'one');
    await lazy.flush();
    const text = await readFile(join(folder, 'command.log'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ name: 'command', msg: 'one' });
    expect(text).not.toContain('secreto');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a file that cannot be opened is no failure of the process', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aldaba-log-'));
  try {
    await mkdir(join(folder, 'command.log'));
    const log = createPinoLog({ to: folder, name: 'command' });
    log.warn({}, 'one');
    await expect(log.flush()).resolves.toBeUndefined();
  } finally {
    await rm(folder, { recursive: true });
  }
});
