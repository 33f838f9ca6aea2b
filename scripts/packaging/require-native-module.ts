import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AfterPackContext, Arch } from 'electron-builder';

/** What the keychain's native module is called for each system that we pack for. */
const systems: Readonly<Record<string, (arch: string) => string>> = {
  linux: (arch) => `keyring-linux-${arch}-gnu`,
  darwin: (arch) => `keyring-darwin-${arch}`,
  win32: (arch) => `keyring-win32-${arch}-msvc`,
};

/**
 * npm installs the native module for the building machine's processor alone; a client packed without its own would have no keychain, and ask to
 * sign in at each start.
 *
 * @throws Error naming the package that has to be installed
 */
export async function requireNativeModule(
  context: Pick<AfterPackContext, 'appOutDir' | 'arch' | 'electronPlatformName' | 'packager'>,
): Promise<void> {
  const name = systems[context.electronPlatformName]?.(Arch[context.arch]);
  const modules = join(
    context.packager.getResourcesDir(context.appOutDir),
    'app.asar.unpacked/node_modules/@napi-rs',
  );
  const files = name === undefined ? [] : await readdir(join(modules, name)).catch(() => []);
  if (!files.some((file) => file.endsWith('.node')))
    throw new Error(
      `the keychain's module for ${context.electronPlatformName} ${Arch[context.arch]} is not installed: npm install --no-save --force @napi-rs/${name}`,
    );
}
