import type { DocumentKind } from '../../contract/documents.ts';
import { parseArmor } from './armor.ts';
import { splitCompact } from './compact.ts';
import type { DocumentVerifier, Expectation, Verification } from './verify-document.ts';

export type OpenedFile<K extends DocumentKind> = Verification<K> & {
  /** The document itself, for storing; empty when none was found. */
  readonly jws: string;
};

/**
 * Reads a file's text and verifies the document in it. A document that lost lines on its way fails like a changed one;
 * the length written in the header, though not trusted, tells the two apart in the refusal. What stands where the text promises a document
 * and is none was one once.
 */
export function openDocumentFile<K extends DocumentKind>(
  text: string,
  verifier: DocumentVerifier,
  expected: Expectation<K>,
): OpenedFile<K> {
  const armored = parseArmor(text);
  if (!armored.ok) return { ...armored, jws: '' };
  const { jws, kind, declaredLength } = armored.value;
  const result = verifier.verify(jws, expected);
  const damaged = !result.ok && (result.code === 'file-tampered' || result.code === 'file-format');
  if (
    damaged &&
    result.document === undefined &&
    declaredLength !== undefined &&
    jws.length < declaredLength
  ) {
    return {
      ok: false,
      code: 'file-truncated',
      detail: `${jws.length} of ${declaredLength} characters`,
      jws,
    };
  }
  if (!result.ok && result.code === 'file-format' && kind !== undefined && !splitCompact(jws).ok) {
    return { ok: false, code: 'file-tampered', detail: result.detail, jws };
  }
  return { ...result, jws };
}
