import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const examples = join(import.meta.dirname, '../../../examples');
const has = (command: string) =>
  run(command, ['--version']).then(
    () => true,
    () => false,
  );
const headers = [
  '/usr/include/openssl/evp.h',
  '/usr/local/include/openssl/evp.h',
  '/opt/homebrew/include/openssl/evp.h',
];

export type Language = 'typescript' | 'python' | 'cpp';

/** Why a language's example cannot run here; absent when it can. */
export const missing: Readonly<Partial<Record<Language, string>>> = {
  ...((await has('python3')) ? {} : { python: 'python3 is not installed' }),
  ...(!(await has('g++'))
    ? { cpp: 'g++ is not installed' }
    : headers.some((path) => existsSync(path))
      ? {}
      : { cpp: 'the OpenSSL headers are not installed' }),
};

export const languages = (['typescript', 'python', 'cpp'] as const).filter(
  (language) => missing[language] === undefined,
);

/** How each example is run; C++ is compiled by the one command of its README. `remove` when the tests are over. */
export async function prepareExamples(): Promise<{
  commands: Record<Language, readonly string[]>;
  remove(): Promise<void>;
}> {
  const folder = join(tmpdir(), `aldaba-examples-${process.pid}`);
  const program = join(folder, 'program');
  if (missing.cpp === undefined) {
    await mkdir(folder, { recursive: true });
    const strict = ['-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Werror'];
    await run('g++', [
      '-std=c++17',
      '-O1',
      ...strict,
      join(examples, 'cpp/program.cpp'),
      '-o',
      program,
      '-lcrypto',
      '-pthread',
    ]);
  }
  return {
    commands: {
      typescript: [process.execPath, join(examples, 'typescript/program.ts')],
      python: ['python3', join(examples, 'python/program.py')],
      cpp: [program],
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
