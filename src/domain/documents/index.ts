export { formatArmor, maximumFileLength, parseArmor } from './armor.ts';
export { type ClaimsOf, claimsSchemas, isDeviceKind, isRightKind } from './claims.ts';
export type { DocumentCrypto, DocumentSigner } from './document-crypto.ts';
export { type OpenedFile, openDocumentFile } from './open-document-file.ts';
export type { FileProblem, FileProblemCode } from './problem.ts';
export { releaseSigningInput, verifyRelease } from './release-signature.ts';
export { encodeHeader, joinSignature, signDocument, signingInput } from './sign-document.ts';
export { thumbprint } from './thumbprint.ts';
export {
  createDocumentVerifier,
  type DocumentVerifier,
  type Expectation,
  type Verification,
  type Verified,
  verifyDocument,
} from './verify-document.ts';
