import type { SettingsChange } from '../contract/settings.ts';
import type { Ports } from './ports/index.ts';

/**
 * Changes settings, and with `secretsOnDisk` the place of the secrets at the same time: they are copied before the new place is used, and
 * deleted from disk before the setting says that nothing is there.
 *
 * @param isBound something is held here that is lost with the device key
 * @throws AldabaError of the settings and of the secrets; then the setting is what it was
 */
export async function changeSettings(
  { settings, secrets }: Pick<Ports, 'settings' | 'secrets'>,
  change: SettingsChange,
  isBound: () => boolean,
): Promise<void> {
  const onDisk = settings.locked().has('secretsOnDisk') ? undefined : change.secretsOnDisk;
  if (onDisk === false) await secrets.keepOnDisk?.(false, !isBound());
  await settings.update(change);
  if (onDisk !== true) return;
  try {
    await secrets.keepOnDisk?.(true);
  } catch (error) {
    await settings.update({ secretsOnDisk: false });
    throw error;
  }
}
