import { createDevice } from '../../src/core/device/device.ts';
import { createProcessLock } from '../../src/core/lock/process-lock.ts';
import { formatArmor, signDocument } from '../../src/domain/documents/index.ts';
import { documentCrypto, licenseClaims } from '../support/documents.ts';
import type { CoreRig, RunningCore } from './core-rig.ts';
import { createMemorySecrets } from './secrets.ts';

/** A license file of 30 days for the device of this process, as the portal's page hands it over. */
export async function licenseFile(
  { hardware, paths, entries, portal, clock }: CoreRig,
  { core }: RunningCore,
): Promise<string> {
  const reader = createDevice({
    secrets: createMemorySecrets({ entries }),
    hardware,
    lock: createProcessLock(paths.runtime),
    data: paths.data,
  });
  const { device, salt } = await reader.describe();
  const iat = Math.floor(clock.now() / 1000);
  const claims = licenseClaims(core.state.get().device.thumbprint, {
    components: device.components,
    salt,
    iat,
    nbf: iat,
    exp: iat + 86_400 * 30,
  });
  const jws = await signDocument({
    kind: 'license',
    claims,
    signer: portal.trust.signer,
    chain: portal.trust.chain,
    crypto: documentCrypto,
  });
  return formatArmor({ kind: 'license', jws, headers: [['Product', 'Viga']] });
}
