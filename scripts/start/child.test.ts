import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { becomes } from '../../test/support/becomes.ts';
import { startChild } from './child.ts';

let folder: string;
const script = async (name: string, text: string) => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-child-'));
});
afterAll(() => rm(folder, { recursive: true }));

const waits = `process.on('SIGTERM', () => { console.log('ending'); process.exit(7); });
setInterval(() => {}, 1000); console.log('ready', process.pid);`;

test('says when it is ready and ends in order when it is asked to', async () => {
  const lines: string[] = [];
  const child = startChild(await script('orderly.mjs', waits), [], { onLine: (line) => lines.push(line) });
  expect(await child.line((line) => line.startsWith('ready'))).toBe(`ready ${child.pid}`);
  await child.stop();
  expect(await child.exited).toBe(7);
  expect(lines).toContain('ending');
});

test('one that does not end is killed after the limit', async () => {
  const child = startChild(
    await script(
      'stubborn.mjs',
      `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('ready');`,
    ),
    [],
  );
  await child.line((line) => line === 'ready');
  await child.stop(50);
  expect(await child.exited).toBeNull();
});

test('one that ends before it is ready is reported with its last words', async () => {
  const child = startChild(await script('broken.mjs', `console.error('no room'); process.exit(3);`), []);
  await expect(child.line(() => true)).rejects.toMatchObject({ code: 3, lines: ['no room'] });
});

test('a starter that is killed takes its children along', async () => {
  const starter = await script(
    'starter.mjs',
    `import { startChild } from ${JSON.stringify(import.meta.resolve('./child.ts'))};
     const child = startChild(${JSON.stringify(await script('orphan.mjs', waits))}, []);
     console.log(await child.line((line) => line.startsWith('ready')));`,
  );
  const parent = startChild(starter, []);
  const pid = Number((await parent.line((line) => line.startsWith('ready'))).split(' ')[1]);
  await parent.kill();
  await becomes(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'));
});
