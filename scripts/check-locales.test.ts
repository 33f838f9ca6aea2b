import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { errorStatus } from '../src/contract/errors.ts';
import { runProcess } from './run-tests/run-process.ts';

const script = fileURLToPath(new URL('./check-locales.ts', import.meta.url));
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'aldaba-locales-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function run(files: Record<string, unknown>) {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return runProcess([process.execPath, script, '--root', root], { cwd: root });
}

/** A complete set of texts with the given ones besides. */
function locales(extra: Record<string, string>): Record<string, unknown> {
  const text = { title: 'x', means: 'x', next: 'x' };
  const errors = Object.fromEntries(Object.keys(errorStatus).map((code) => [code, text]));
  return Object.fromEntries(
    ['es', 'en', 'pt'].flatMap((language) => [
      [`resources/locales/${language}/errors.json`, errors],
      [`resources/locales/${language}/app.json`, extra],
    ]),
  );
}

test('complete texts end with 0', async () => {
  const { code, output } = await run({
    ...locales({ hello: 'x' }),
    'src/renderer/app.tsx': `t('hello'); t(\`errors:\${code}.title\`)`,
  });
  expect(output).toMatch(/ texts in 3 languages, 0 problems\n$/);
  expect(code).toBe(0);
});

test('a key that one language lacks, an error code without text and an unknown key end with 1 and are named', async () => {
  const { code, output } = await run({
    ...locales({ hello: 'x' }),
    'resources/locales/pt/app.json': {},
    'resources/locales/pt/errors.json': {},
    'resources/locales/es/errors.json': {},
    'resources/locales/en/errors.json': {},
    'src/renderer/app.tsx': `\nt('helo')`,
    'src/renderer/app.test.tsx': `t('unlisted')`,
  });
  expect(code).toBe(1);
  expect(output).toContain('pt app:hello: missing\n');
  expect(output).toContain('errors.invalid-credentials.next: missing, and the error code exists\n');
  expect(output).toContain('src/renderer/app.tsx:2 asks for helo, which no language has\n');
  expect(output).not.toContain('unlisted');
});

test('before there are any texts there is nothing to complete', async () => {
  expect(await run({})).toEqual({ code: 0, output: 'no resources/locales yet\n' });
});
