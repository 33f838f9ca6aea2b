import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether a person's session bus, over which a Secret Service is asked, can be there (D-Bus Specification, "Well-known Message Bus
 * Instances"): the address in the environment, else the socket in the runtime folder. `disabled:` is the usual word for none.
 */
export function hasSessionBus(
  environment: NodeJS.ProcessEnv,
  exists: (path: string) => boolean = existsSync,
): boolean {
  const { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: folder } = environment;
  if (address !== undefined) return address !== '' && !address.startsWith('disabled:');
  return exists(join(folder || `/run/user/${process.geteuid?.()}`, 'bus'));
}
