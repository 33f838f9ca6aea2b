import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeStandInElectron } from './stand-in-electron.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;
let unpacked: string;
/** electron-builder's name for the folder of a `dir` target. */
const unpackedName = process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`;

/** Runs electron-builder's own command on the checkout, with what is asked for beside the profile. */
async function pack(
  profile: string,
  name: string,
  electron: string,
  arch = process.arch,
): Promise<{ code: number | null; output: string }> {
  const config = join(folder, `${name}.yml`);
  const output = join(folder, name);
  // What is built here is out/ as the other tests use it, which is a development build: the check for a release has its own test.
  await writeFile(
    config,
    JSON.stringify({ extends: join(root, profile), beforePack: null, directories: { output } }),
  );
  const builder = join(root, 'node_modules/electron-builder/cli.js');
  const child = spawn(
    process.execPath,
    [
      builder,
      '--linux',
      'dir',
      `--${arch}`,
      '--config',
      config,
      `-c.electronDist=${electron}`,
      '--publish',
      'never',
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (text += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output: text };
}

const isOn = async (binary: string) => {
  const wire = await getCurrentFuseWire(binary);
  const names = Object.keys(FuseV1Options).filter((key) =>
    Number.isNaN(Number(key)),
  ) as (keyof typeof FuseV1Options)[];
  return Object.fromEntries(names.map((name) => [name, wire[FuseV1Options[name]] === FuseState.ENABLE]));
};

const released = {
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  GrantFileProtocolExtraPrivileges: false,
  WasmTrapHandlers: true,
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-pack-'));
  const electron = await makeStandInElectron(join(folder, 'electron'));
  const { code, output } = await pack('electron-builder.yml', 'release', electron);
  expect(code, output).toBe(0);
  unpacked = join(folder, 'release', unpackedName);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('what ships', () => {
  test('the archive holds the bundles, the icons and the native module, and nothing else of the checkout', async () => {
    const files = listPackage(join(unpacked, 'resources/app.asar'), { isPack: false }).map((path) =>
      path.replaceAll('\\', '/'),
    );
    const known = [
      /^\/(package\.json|LICENSE)$/,
      /^\/out(\/(main(\/index\.js|\/chunks(\/[\w-]+\.js)?)?|preload(\/index\.cjs)?|renderer(\/.*)?))?$/,
      /^\/resources(\/icons(\/.*)?)?$/,
      /^\/node_modules(\/@napi-rs(\/keyring(-[a-z0-9-]+)?(\/(package\.json|index\.js|keyring\.[a-z0-9-]+\.node))?)?)?$/,
    ];
    expect(files.filter((path) => !known.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        '/package.json',
        '/out/main/index.js',
        '/out/preload/index.cjs',
        '/out/renderer/index.html',
        '/node_modules/@napi-rs/keyring/index.js',
      ]),
    );
    expect(files.filter((path) => path.endsWith('.map') || path.includes('/.'))).toEqual([]);
  });

  test('the archive starts with the main bundle, byte for byte the built one', async () => {
    const archive = join(unpacked, 'resources/app.asar');
    const { main, type } = JSON.parse(extractFile(archive, 'package.json').toString());
    expect([main, type]).toEqual(['out/main/index.js', 'module']);
    expect(extractFile(archive, main).equals(await readFile(join(root, main)))).toBe(true);
  });

  test('the native module lies beside the archive, where the system can load it', async () => {
    const modules = join(unpacked, 'resources/app.asar.unpacked/node_modules/@napi-rs');
    const found = (await readdir(modules, { recursive: true })).filter((path) => path.endsWith('.node'));
    expect(found.length).toBeGreaterThan(0);
    for (const path of found) expect((await stat(join(modules, path))).size).toBeGreaterThan(100_000);
  });

  test('the licenses of everything whose code ships lie beside the program, in the words of each', async () => {
    const notices = await readFile(join(unpacked, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    const titles = [...notices.matchAll(/^={80}\n(\S+) \S+ \(/gm)].map((match) => match[1]);
    // One of each bundle, one without a file of its own, the native module with its crates.
    expect(titles).toEqual(
      expect.arrayContaining([
        'pino',
        'react',
        'react-remove-scroll-bar',
        '@napi-rs/keyring',
        `@napi-rs/keyring-linux-${process.arch}-gnu`,
      ]),
    );
    expect(new Set(titles).size).toBe(titles.length);
    for (const section of notices.split(/^={80}\n/m).slice(1)) expect(section).toMatch(/copyright/i);
    expect(notices).toContain('Third-party licenses');
    expect((await readdir(unpacked)).filter((name) => name.startsWith('LICENSE'))).toContain(
      'LICENSE.electron.txt',
    );
  });

  test('no language of Chromium but the three', async () => {
    expect((await readdir(join(unpacked, 'locales'))).sort()).toEqual(['en-US.pak', 'es.pak', 'pt-BR.pak']);
  });

  test('every fuse of the binary is as stated', async () => {
    expect(await isOn(join(unpacked, 'aldaba-client'))).toEqual(released);
  });
});

test('the test profile opens the inspector alone', async () => {
  const { code, output } = await pack('electron-builder.test.yml', 'tested', join(folder, 'electron'));
  expect(code, output).toBe(0);
  expect(await isOn(join(folder, 'tested', unpackedName, 'aldaba-client'))).toEqual({
    ...released,
    EnableNodeCliInspectArguments: true,
  });
});

test('a processor whose native module is not installed is not packaged for', async () => {
  const foreign = process.arch === 'arm64' ? 'x64' : 'arm64';
  const name = `@napi-rs/keyring-linux-${foreign}-gnu`;
  const { code, output } = await pack('electron-builder.yml', 'foreign', join(folder, 'electron'), foreign);
  const installed = existsSync(join(root, 'node_modules', name));
  expect([code === 0, output.includes(`npm install --no-save --force ${name}`)], output).toEqual([
    installed,
    !installed,
  ]);
});

test('an Electron with a fuse that nobody has decided about is not packaged', async () => {
  const newer = await makeStandInElectron(join(folder, 'newer'), '1011001110');
  const { code, output } = await pack('electron-builder.yml', 'newer-out', newer);
  expect(code).not.toBe(0);
  expect(output).toContain('strictlyRequireAllFuses');
});
