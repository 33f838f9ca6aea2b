export { formatArmor, parseArmor } from './armor.ts';
export type { ClaimsOf } from './claims.ts';
export type { DocumentCrypto, DocumentSigner } from './document-crypto.ts';
export { openDocumentFile } from './open-document-file.ts';
export { releaseSigningInput, verifyRelease } from './release-signature.ts';
export { encodeHeader, joinSignature, signDocument, signingInput } from './sign-document.ts';
export { thumbprint } from './thumbprint.ts';
export { rootsOf, trustChain } from './trust.ts';
export {
  createDocumentVerifier,
  type DocumentVerifier,
  type Verified,
  verifyDocument,
} from './verify-document.ts';
