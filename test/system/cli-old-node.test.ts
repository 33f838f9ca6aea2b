import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { needs } from '../support/skip.ts';

const run = promisify(execFile);

/** A Node of the machine that is older than the one that npm brings. */
async function findOldNode(): Promise<{ path: string; version: string } | null> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
    const version = await run(path, ['--version']).then(
      ({ stdout }) => stdout.trim().slice(1),
      () => '24',
    );
    if (Number.parseInt(version, 10) < 24) return { path, version };
  }
  return null;
}

test('linked by npm and run by an older Node, the command line says in one sentence which one it needs', async (context) => {
  const node = await findOldNode();
  needs(context, node, 'no Node older than 24 is installed');
  const aldaba = join(import.meta.dirname, '../../out/cli/aldaba.js');
  for (const [language, needed] of Object.entries({ es: 'necesita', en: 'needs', pt: 'precisa' })) {
    const env = { ...process.env, NODE_OPTIONS: '', ALDABA_LANGUAGE: language };
    const refused = await run(node.path, [aldaba, 'status'], { env }).catch((error: object) => error);
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(needed) });
    expect(refused).toHaveProperty('stderr', expect.stringMatching(/^[^\n]*\bNode 24\b[^\n]*\n$/));
    expect(refused).toHaveProperty('stderr', expect.stringContaining(node.version));
  }
});
