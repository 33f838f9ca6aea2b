import { execFile } from 'node:child_process';
import { glob, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChild } from '../../scripts/start/child.ts';
import { makeForeignLicense } from '../electron/foreign-license.ts';

const root = join(import.meta.dirname, '../..');
const vendor = 'U'.repeat(43);
/** A checkout of a vendor, whose command line and host are built with the vendor's root key. */
let checkout: string;

beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'aldaba-release-'));
  await mkdir(join(checkout, 'out'));
  for (const shared of ['node_modules', 'src', 'out/renderer'])
    await symlink(join(root, shared), join(checkout, shared), 'junction');
  // As scripts/build.ts builds, in a process of its own, because Vite changes NODE_ENV.
  const script = `const { buildTarget } = await import(${JSON.stringify(import.meta.resolve('../../scripts/build/targets.ts'))});
    for (const target of ['cli', 'host'])
      await buildTarget(target, ${JSON.stringify(root)}, ${JSON.stringify(join(checkout, 'out/'))} + target);`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    env: { ...process.env, ALDABA_ROOT_KEYS: vendor },
  });
});
afterAll(() => rm(checkout, { recursive: true, force: true, maxRetries: 5 }));

/** What an imported license, signed under another root that the environment names, comes to: by `serve`, and by a command alone. */
async function importForeign(folder: string): Promise<unknown[]> {
  const { license, root: foreignRoot } = await makeForeignLicense();
  const place = await mkdtemp(join(tmpdir(), 'aldaba-foreign-'));
  const environment = {
    ALDABA_DEVELOPMENT_ROOT: foreignRoot,
    ALDABA_ROOT_KEYS: foreignRoot,
    ALDABA_SECRETS_ON_DISK: 'true',
    ALDABA_PROFILE: join(place, 'profile'),
  };
  const aldaba = (...args: string[]) => startChild(join(folder, 'out/cli/aldaba.js'), args, { environment });
  const file = join(place, 'license.txt');
  await writeFile(file, license);
  const importFile = async () =>
    JSON.parse(await aldaba('import-file', file, '--json').line(() => true)).error.code;
  const served = aldaba('serve', '--no-open', '--json');
  await served.line((line) => line.includes('"ready"'));
  const byServe = await importFile();
  await served.stop();
  const alone = await importFile();
  await rm(place, { recursive: true, force: true, maxRetries: 5 });
  return [byServe, alone];
}

test('a release build trusts the vendor alone, also where it serves a browser', async () => {
  expect(await importForeign(checkout)).toEqual(['file-foreign-key', 'file-foreign-key']);
  // A development build trusts that root and stumbles over the next check only: the refusals above are the root's.
  expect(await importForeign(root)).toEqual(['file-wrong-device', 'file-wrong-device']);
});

test('it has no code left that looks for a root elsewhere', async () => {
  for (const target of ['cli', 'host']) {
    let code = '';
    for await (const file of glob(`out/${target}/**/*.js`, { cwd: checkout }))
      code += await readFile(join(checkout, file), 'utf8');
    expect(code, target).toContain(vendor);
    expect(code, target).not.toContain('ALDABA_DEVELOPMENT_ROOT');
  }
});
