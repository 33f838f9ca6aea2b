import { join } from 'node:path';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import type { AfterPackContext } from 'electron-builder';

/** Sets every fuse of the packaged binary: those that electron-builder.yml names, and the one that electron-builder has no name for. */
export async function flipEveryFuse(context: AfterPackContext): Promise<void> {
  const { electronFuses: stated } = context.packager.config;
  if (stated == null) throw new Error('electronFuses are not stated');
  const value = (name: Exclude<keyof typeof stated, 'resetAdHocDarwinSignature'>): boolean => {
    const given = stated[name];
    if (typeof given !== 'boolean') throw new Error(`electronFuses.${name} is not stated`);
    return given;
  };
  await flipFuses(binaryOf(context), {
    version: FuseVersion.V1,
    // Fails when this Electron has one more than the nine.
    strictlyRequireAllFuses: true,
    [FuseV1Options.RunAsNode]: value('runAsNode'),
    [FuseV1Options.EnableCookieEncryption]: value('enableCookieEncryption'),
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: value('enableNodeOptionsEnvironmentVariable'),
    [FuseV1Options.EnableNodeCliInspectArguments]: value('enableNodeCliInspectArguments'),
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: value('enableEmbeddedAsarIntegrityValidation'),
    [FuseV1Options.OnlyLoadAppFromAsar]: value('onlyLoadAppFromAsar'),
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: value('loadBrowserProcessSpecificV8Snapshot'),
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: value('grantFileProtocolExtraPrivileges'),
    // WebAssembly's bounds checks by the processor: Electron's own default, stated.
    [FuseV1Options.WasmTrapHandlers]: true,
  });
}

function binaryOf({ appOutDir, electronPlatformName, packager }: AfterPackContext): string {
  if ('executableName' in packager) return join(appOutDir, String(packager.executableName));
  return join(
    appOutDir,
    `${packager.appInfo.productFilename}${electronPlatformName === 'win32' ? '.exe' : '.app'}`,
  );
}
