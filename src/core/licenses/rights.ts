import { rightKinds } from '../../contract/documents.ts';
import { AldabaError, type ErrorCode } from '../../contract/errors.ts';
import type { DocumentVerifier } from '../../domain/documents/index.ts';
import type { Right } from '../../domain/license-facts.ts';
import type { Parts } from '../parts.ts';

/** Documents of rights, verified for this device. */
export interface Rights {
  /**
   * One from disk. What is over, or not due yet by a clock that was set back, is still known: the state machine says what it is worth.
   *
   * @returns null when it is not genuine; `refusal` says why
   */
  recall(document: string, product: string): Right | null;
  /** Why a stored document did not count. */
  refusal(document: string): ErrorCode | undefined;
  /** A genuine one that is bound to another device key; null for any other. */
  foreign(document: string, product: string): Right | null;
  /** One that the portal handed over for `product`. @throws AldabaError with the `file-*` code */
  verified(document: string, product: string): Right;
}

/** @param needs.now milliseconds UTC, by the portal's clock where it is known */
export function createRights(
  needs: Pick<Parts, 'device'> & {
    verifier: DocumentVerifier;
    log: Parts['ports']['log'];
    now: () => number;
  },
): Rights {
  const { device, verifier, log, now } = needs;
  const refusals = new Map<string, ErrorCode>();

  function verify(document: string, product: string) {
    const expected = { kinds: rightKinds, product, now: now(), deviceThumbprint: device.thumbprint };
    return verifier.verify(document, expected);
  }

  return {
    recall(document, product) {
      const checked = verify(document, product);
      if (checked.ok) return { kind: checked.kind, claims: checked.claims } as Right;
      if (
        checked.document !== undefined &&
        (checked.code === 'file-expired' || checked.code === 'file-not-yet-valid')
      ) {
        return { kind: checked.document.kind, claims: checked.document.claims } as Right;
      }
      refusals.set(document, checked.code);
      log.warn({ product, code: checked.code, detail: checked.detail }, 'a stored right does not verify');
      return null;
    },
    refusal: (document) => refusals.get(document),
    foreign(document, product) {
      const checked = verify(document, product);
      if (checked.ok || checked.document === undefined || checked.code !== 'file-wrong-device') return null;
      return { kind: checked.document.kind, claims: checked.document.claims } as Right;
    },
    verified(document, product) {
      const checked = verify(document, product);
      if (!checked.ok)
        throw new AldabaError(checked.code, `the portal's document: ${checked.detail}`, { product });
      return { kind: checked.kind, claims: checked.claims } as Right;
    },
  };
}
