import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { FuseV1Options } from '@electron/fuses';
import type { Configuration } from 'electron-builder';
import { describe, expect, test } from 'vitest';

/** electron-builder's own reading and checking of a configuration; its command does the same, and then builds. */
const require = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config') as {
  getConfig(folder: string, file: string, options: null): Promise<Configuration>;
  validateConfiguration(config: object, log: object): Promise<void>;
};
const { DebugLogger } = require('builder-util') as { DebugLogger: new (enabled: boolean) => object };

const root = join(import.meta.dirname, '../..');
const load = (name: string) => getConfig(root, name, null);

describe.each(['electron-builder.yml', 'electron-builder.test.yml'])('%s', (name) => {
  test('is a configuration that electron-builder knows', async () => {
    await expect(validateConfiguration(await load(name), new DebugLogger(false))).resolves.toBeUndefined();
  });

  test('a name that electron-builder does not know is refused (the check above can fail)', async () => {
    const wrong = { ...(await load(name)), electronFuse: {} };
    await expect(validateConfiguration(wrong, new DebugLogger(false))).rejects.toThrow('electronFuse');
  });

  test('publishes nowhere', async () => {
    expect((await load(name)).publish).toBeNull();
  });

  test('states every fuse of this Electron', async () => {
    const stated = Object.keys((await load(name)).electronFuses ?? {});
    // The ninth has no name in electron-builder: scripts/packaging/flip-every-fuse.ts sets it.
    const count = Object.keys(FuseV1Options).filter((key) => Number.isNaN(Number(key))).length;
    expect(stated.filter((key) => key !== 'resetAdHocDarwinSignature')).toHaveLength(count - 1);
  });
});

test('the release profile closes what an attacker could start the program with', async () => {
  expect((await load('electron-builder.yml')).electronFuses).toEqual({
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
    resetAdHocDarwinSignature: true,
  });
});

test('the test profile differs by the inspector, the release check and the folder, and by nothing else', async () => {
  const [release, tested] = [await load('electron-builder.yml'), await load('electron-builder.test.yml')];
  expect(tested).toEqual({
    ...release,
    extends: './electron-builder.yml',
    directories: { ...release.directories, output: 'dist/test' },
    beforePack: null,
    electronFuses: { ...release.electronFuses, enableNodeCliInspectArguments: true },
  });
});

test('three systems, each with its installers', async () => {
  const { win, mac, linux, nsis } = await load('electron-builder.yml');
  const names = (targets: unknown) => (targets as { target: string }[]).map(({ target }) => target);
  expect(names(win?.target)).toEqual(['nsis']);
  expect(names(mac?.target)).toEqual(['dmg', 'zip']);
  expect(names(linux?.target)).toEqual(['AppImage', 'deb']);
  expect(mac).toMatchObject({ hardenedRuntime: true });
  expect(nsis).toMatchObject({ oneClick: false, deleteAppDataOnUninstall: false });
});

/** What electron-builder's maker of .deb files asks of package.json and of the configuration before it begins. */
test('the package for Debian says who makes it and where that is', async () => {
  const { linux, deb } = await load('electron-builder.yml');
  const metadata = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { default: DebTarget } = require('app-builder-lib/out/targets/FpmTarget');
  const { AppInfo } = require('app-builder-lib/out/appInfo');
  // A repository's address would do for a home page, where the checkout knows one.
  const about = { info: { metadata, repositoryInfo: Promise.resolve(null) }, notNullDevMetadata: {} };
  const appInfo = {
    linuxPackageName: metadata.name,
    computePackageUrl: () => AppInfo.prototype.computePackageUrl.call(about),
  };
  const maker = { packager: { appInfo, info: { metadata } }, options: { ...linux, ...deb } };
  expect(await DebTarget.prototype.computeFpmMetaInfoOptions.call(maker)).toMatchObject({
    maintainer: expect.stringMatching(/^Aldaba <.+@.+>$/),
    url: expect.stringMatching(/^https:/),
  });
});

test.each(['entitlements', 'entitlementsInherit'] as const)(
  '%s lets V8 compile and nothing more',
  async (key) => {
    const { mac } = await load('electron-builder.yml');
    const text = await readFile(join(root, String(mac?.[key])), 'utf8');
    expect([...text.matchAll(/<key>([^<]+)<\/key>/g)].map((match) => match[1])).toEqual([
      'com.apple.security.cs.allow-jit',
    ]);
  },
);

test('every icon that the configuration names is there', async () => {
  const { win, mac, linux } = await load('electron-builder.yml');
  const { access } = await import('node:fs/promises');
  for (const icon of [win?.icon, mac?.icon, linux?.icon])
    await expect(access(join(root, String(icon))), String(icon)).resolves.toBeUndefined();
});
