import { glob } from 'node:fs/promises';
import { matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Suite, suites } from './suites.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function takes(suite: Suite, file: string): boolean {
  const { include, exclude = [] } = suite;
  return (
    include.some((pattern) => matchesGlob(file, pattern)) &&
    !exclude.some((pattern) => matchesGlob(file, pattern))
  );
}

const suitesOf = (file: string) => suites.filter((suite) => takes(suite, file)).map(({ name }) => name);

test('no test file lies where no suite finds it', async () => {
  const files = await Array.fromAsync(
    glob('{src,test,scripts,examples}/**/*.{test,spec}.{ts,tsx,mts,js,mjs}', {
      cwd: root,
      exclude: (name) => name === 'node_modules' || name === 'fixtures',
    }),
  );
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => suitesOf(file).length === 0)).toEqual([]);
});

test.each([
  ['src/core/session/a.test.ts', ['unit']],
  ['src/renderer/lib/a.test.tsx', ['unit']],
  ['test/contract/a.test.ts', ['contract']],
  ['test/portal/people/a.test.ts', ['portal-pglite', 'portal-postgres']],
  ['test/system/a.test.ts', ['system']],
  ['test/system/keychain.test.ts', ['keychain']],
  ['test/e2e/sign-in.test.ts', ['e2e']],
  ['test/electron/boot.test.ts', ['electron-boot']],
  ['test/electron/real/a.test.ts', ['electron-real']],
  ['test/packaging/a.test.ts', ['packaging']],
  ['test/elsewhere/a.test.ts', []],
])('%s belongs to %j', (file, expected) => {
  expect(suitesOf(file)).toEqual(expected);
});
