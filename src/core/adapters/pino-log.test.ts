import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeFolder } from '../../../test/support/remove-folder.ts';
import { createPinoLog, largest } from './pino-log.ts';

test('a client that runs for months fills no disk: the file is changed for a new one, every line whole, the newest kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aldaba-log-'));
  try {
    const log = createPinoLog({ to: folder, name: 'agent' });
    const text = 'x'.repeat(20_000);
    const count = Math.ceil((2.5 * largest) / text.length);
    for (let line = 0; line < count; line += 1) {
      log.info({ line }, text);
      // What comes in between in a program: the file is changed between two turns.
      await null;
    }
    const file = join(folder, 'agent.log');
    const read = async (path: string) =>
      (await readFile(path, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).line);
    const lines = [...(await read(`${file}.1`)), ...(await read(file))];
    expect(lines).toEqual(Array.from(lines, (_, index) => count - lines.length + index));
    for (const path of [file, `${file}.1`])
      expect((await stat(path)).size).toBeLessThan(largest + 2 * text.length);
  } finally {
    await removeFolder(folder);
  }
});
