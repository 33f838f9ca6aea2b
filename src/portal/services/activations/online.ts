import { AldabaError } from '../../../contract/errors.ts';
import type { DeviceDescription } from '../../../contract/primitives.ts';
import type { ProvenDevice, RequestContext } from '../../context.ts';
import { type Activated, activateDevice } from './activate.ts';

/**
 * Activates the device that asks.
 *
 * @throws `key-invalid`, `key-exhausted`, `rebind-limit`, `proof-invalid` (the proof is by another key than the device's)
 */
export async function activateOnline(
  { portal, request, device: proven }: RequestContext & { device: ProvenDevice },
  input: { key: string; device: DeviceDescription; salt: string },
): Promise<Pick<Activated, 'activation' | 'document'>> {
  const { key, device, salt } = input;
  if (device.key.x !== proven.key)
    throw new AldabaError('proof-invalid', 'the proof is of another device key');
  const { name, platform, components } = device;
  const activating = { thumbprint: proven.thumbprint, name, platform, components, salt };
  const { activation, document } = await activateDevice(portal, key, activating, request);
  return { activation, document };
}
