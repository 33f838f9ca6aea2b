import { join } from 'node:path';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';

/** electron-builder's name of each fuse that it knows (app-builder-lib, `FuseOptionsV1`). */
const names = {
  runAsNode: FuseV1Options.RunAsNode,
  enableCookieEncryption: FuseV1Options.EnableCookieEncryption,
  enableNodeOptionsEnvironmentVariable: FuseV1Options.EnableNodeOptionsEnvironmentVariable,
  enableNodeCliInspectArguments: FuseV1Options.EnableNodeCliInspectArguments,
  enableEmbeddedAsarIntegrityValidation: FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
  onlyLoadAppFromAsar: FuseV1Options.OnlyLoadAppFromAsar,
  loadBrowserProcessSpecificV8Snapshot: FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
  grantFileProtocolExtraPrivileges: FuseV1Options.GrantFileProtocolExtraPrivileges,
};

/**
 * Sets every fuse of the packaged binary: those that electron-builder.yml names, and the one that electron-builder has no name for. Fails when the
 * configuration leaves one out, and when this Electron has one more than is known here.
 *
 * @param {import('electron-builder').AfterPackContext} context
 */
export async function afterPack(context) {
  const stated = context.packager.config.electronFuses ?? {};
  /** @type {Record<string, boolean>} */
  const fuses = {
    // WebAssembly's bounds checks by the processor: Electron's own default, stated.
    [FuseV1Options.WasmTrapHandlers]: true,
  };
  for (const [name, option] of Object.entries(names)) {
    const value = stated[name];
    if (typeof value !== 'boolean') throw new Error(`electronFuses.${name} is not stated`);
    fuses[option] = value;
  }
  await flipFuses(binaryOf(context), { version: FuseVersion.V1, strictlyRequireAllFuses: true, ...fuses });
}

/** @param {import('electron-builder').AfterPackContext} context */
function binaryOf({ appOutDir, electronPlatformName, packager }) {
  const name = packager.appInfo.productFilename;
  if (electronPlatformName === 'linux') return join(appOutDir, packager.executableName);
  return join(appOutDir, `${name}${electronPlatformName === 'win32' ? '.exe' : '.app'}`);
}
