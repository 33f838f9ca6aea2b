import { AldabaError } from '../../../contract/errors.ts';
import { createDocumentVerifier, type Verified } from '../../../domain/documents/index.ts';
import { documentCrypto } from '../../documents/document-crypto.ts';

/** Devices sign with their own keys: no root is asked, and no time, because a machine without network may have a wrong clock. */
const deviceDocuments = createDocumentVerifier({ crypto: documentCrypto, rootKeys: [] });

/** What a device signed. @throws `request-file-invalid` with the reason's code in `detail` */
export function readDeviceDocument<K extends 'activation-request' | 'return-receipt'>(
  kind: K,
  jws: string,
  now: number,
): Verified<K> {
  const result = deviceDocuments.verify(jws, { kinds: [kind], now });
  if (!result.ok) throw refuseDocument(result.code, result.detail);
  return result;
}

/** Why a file of a device is not taken. @param code what is wrong with it, for the person @param reason for the log */
export function refuseDocument(code: string, reason: string): AldabaError {
  return new AldabaError('request-file-invalid', `${code}: ${reason}`, { detail: code });
}
