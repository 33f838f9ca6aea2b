import { execFile } from 'node:child_process';
import { glob, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beforePack } from '../../scripts/packaging/require-release-build.ts';
import { createFakeFrame } from '../fakes/electron/index.ts';
import { removeProfile } from '../support/remove-profile.ts';
import { boot, quit, speak } from './boot.ts';
import { makeForeignLicense } from './foreign-license.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFile(join(root, path), 'utf8');
const mainFiles = async () => {
  const paths: string[] = [];
  for await (const path of glob('out/main/**/*.js', { cwd: root })) paths.push(path.replaceAll('\\', '/'));
  return paths;
};
/** What a JavaScript text imports by a static statement. */
const imports = (text: string): string[] =>
  [...text.matchAll(/^import\b[^'"\n]*?["']([^"'\n]+)["'];?$/gm)].map((match) => match[1] ?? '');

describe('the preload', () => {
  test('is one small CommonJS file that requires electron alone', async () => {
    expect((await readdir(join(root, 'out/preload'))).filter((name) => !name.startsWith('.'))).toEqual([
      'index.cjs',
    ]);
    const text = await read('out/preload/index.cjs');
    expect([...text.matchAll(/\brequire\(([^)]*)\)/g)].map((match) => match[1])).toEqual(['"electron"']);
    expect(text).not.toMatch(/\bimport\s*\(|contextBridge|exposeInMainWorld|ipcRenderer\.(on|invoke|send)\b/);
    expect(text.length).toBeLessThan(2000);
  });

  test('hands over one port of its own page, once, and nothing else', async () => {
    const text = await read('out/preload/index.cjs');
    type Listener = (event: object) => void;
    const listeners = new Set<Listener>();
    const posted: unknown[][] = [];
    const page = {
      origin: 'aldaba-app://window',
      addEventListener: (_name: string, listener: Listener) => listeners.add(listener),
      removeEventListener: (_name: string, listener: Listener) => listeners.delete(listener),
    };
    const ipcRenderer = { postMessage: (...given: unknown[]) => posted.push(given) };
    new Function('require', 'window', text)(() => ({ ipcRenderer }), page);
    const say = (event: object) => {
      for (const listener of [...listeners])
        listener({ source: page, origin: page.origin, data: 'aldaba:port', ports: ['p'], ...event });
    };
    say({ source: {} });
    say({ origin: 'https://example.com' });
    say({ data: 'another' });
    say({ ports: [] });
    say({ ports: ['p', 'q'] });
    expect(posted).toEqual([]);
    say({});
    say({ ports: ['second'] });
    expect(posted).toEqual([['aldaba:port', null, ['p']]]);
    expect(listeners.size).toBe(0);
  });
});

describe('the main bundle', () => {
  test('imports Electron, Node and the native keychain, and nothing else', async () => {
    const known = new Set([
      'electron',
      '@napi-rs/keyring',
      ...builtinModules,
      ...builtinModules.map((name) => `node:${name}`),
    ]);
    const all = (await Promise.all((await mainFiles()).map(read))).flatMap(imports);
    expect(
      all.filter((name) => !known.has(name) && !name.startsWith('./') && !name.startsWith('../')),
    ).toEqual([]);
    expect(all).toContain('electron');
  });

  test('reads one small file before the first frame', async () => {
    const text = await read('out/main/index.js');
    expect(imports(text).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(text.length).toBeLessThan(100_000);
  });

  test('opens no file:// page and evaluates no text', async () => {
    const text = await read('src/main/window.ts');
    expect(text).not.toContain('loadFile');
    expect(await read('out/renderer/index.html')).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
  });
});

describe('root keys', () => {
  let folder: string;
  const vendor = 'U'.repeat(43);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aldaba-release-'));
    // As scripts/build.ts builds, in a process of its own, because Vite changes NODE_ENV.
    const script = `const { buildTarget } = await import(${JSON.stringify(import.meta.resolve('../../scripts/build/targets.ts'))});
      await buildTarget('main', ${JSON.stringify(root)}, ${JSON.stringify(join(folder, 'out/main'))});`;
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      env: { ...process.env, ALDABA_ROOT_KEYS: vendor },
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('a release build has the vendor’s compiled in and no code left that looks elsewhere', async () => {
    let release = '';
    for await (const file of glob('out/main/**/*.js', { cwd: folder }))
      release += await readFile(join(folder, file), 'utf8');
    expect(release).toContain(vendor);
    expect(release).not.toContain('ALDABA_DEVELOPMENT_ROOT');
    expect((await Promise.all((await mainFiles()).map(read))).join('\n')).toContain(
      'ALDABA_DEVELOPMENT_ROOT',
    );
  });

  test('packaging takes a release build and refuses another one', async () => {
    const context = (projectDir: string) =>
      ({ packager: { projectDir } }) as Parameters<typeof beforePack>[0];
    await expect(beforePack(context(folder))).resolves.toBeUndefined();
    await expect(beforePack(context(root))).rejects.toThrow('ALDABA_ROOT_KEYS');
  });

  test('a foreign root in the environment or the settings does not let a foreign license in', async () => {
    const { license, root: foreignRoot } = await makeForeignLicense();
    const outcome = async (bundle: string) => {
      const profile = await mkdtemp(join(tmpdir(), 'aldaba-root-'));
      process.env.ALDABA_DEVELOPMENT_ROOT = foreignRoot;
      process.env.ALDABA_ROOT_KEYS = foreignRoot;
      // A license is bound to a device key that is kept.
      process.env.ALDABA_SECRETS_ON_DISK = 'true';
      const electron = await boot(profile, { bundle });
      await electron.becomeReady();
      const client = speak(electron.connect('aldaba:port', createFakeFrame('aldaba-app://window/')));
      await client.setup.chooseMode({ mode: 'standalone' });
      const result = await client.setup.importFile({ fileName: 'x', content: license }).then(
        () => 'accepted',
        (error: { code: string }) => error.code,
      );
      await quit(electron);
      delete process.env.ALDABA_DEVELOPMENT_ROOT;
      delete process.env.ALDABA_ROOT_KEYS;
      delete process.env.ALDABA_SECRETS_ON_DISK;
      await removeProfile(profile);
      return result;
    };
    expect(await outcome(join(folder, 'out/main/index.js'))).toBe('file-foreign-key');
    // A development build trusts that root and stumbles over the next check only: the refusal above is the root's.
    expect(await outcome(join(root, 'out/main/index.js'))).toBe('file-wrong-device');
  });
});
