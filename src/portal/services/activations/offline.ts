import { formatArmor } from '../../../domain/documents/index.ts';
import type { RequestContext } from '../../context.ts';
import { type Activated, activateDevice } from './activate.ts';
import { readDeviceDocument } from './device-documents.ts';

/**
 * Answers a request file that was carried here from a machine without network, with a license file to be carried back.
 *
 * @throws `request-file-invalid` with the reason's code in `detail`, `key-invalid`, `key-exhausted`, `rebind-limit`
 */
export async function activateOffline(
  { portal, request }: RequestContext,
  requestFile: string,
): Promise<Omit<Activated, 'accountName'> & { fileName: string; file: string }> {
  const { claims, signedBy } = readDeviceDocument('activation-request', requestFile, portal.clock.now());
  const { key, device } = claims;
  const activated = await activateDevice(portal, key, { ...device, thumbprint: signedBy }, request);
  const { activation, accountName, productName, document } = activated;
  const file = formatArmor({
    kind: 'license',
    jws: document,
    headers: [
      ['Company', accountName],
      ['Product', productName],
      ['Device', activation.deviceName],
      ['Expires', activation.expiresAt?.slice(0, 10) ?? 'never'],
    ],
  });
  const fileName = fileNameOf(activation.product, activation.deviceName);
  return { activation, productName, document, fileName, file };
}

/** `viga-PC-12.aldaba-license`. Letters, digits and dashes: fit for every file system. */
function fileNameOf(product: string, deviceName: string): string {
  const device = deviceName
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${[product, device].filter((part) => part !== '').join('-')}.aldaba-license`;
}
