import { type DocumentHeader, type DocumentKind, documentTypes } from '../../contract/documents.ts';
import type { ClaimsOf } from './claims.ts';
import { isDeviceKind } from './claims.ts';
import type { DocumentCrypto, DocumentSigner } from './document-crypto.ts';
import { thumbprint } from './thumbprint.ts';

/**
 * The header that a signer's documents of one kind carry, base64url. It depends on nothing else, so a portal that signs many
 * makes it once.
 *
 * @param chain certificates, leaf first, for kinds signed by the vendor; left out for certificates and for kinds signed by a device
 */
export function encodeHeader(
  kind: DocumentKind,
  {
    publicKey,
    chain,
    crypto,
  }: { publicKey: string; chain?: readonly string[] | undefined; crypto: DocumentCrypto },
): string {
  const header: DocumentHeader = {
    alg: 'EdDSA',
    typ: documentTypes[kind],
    kid: thumbprint(publicKey, crypto),
    ...(chain === undefined ? {} : { chain: [...chain] }),
    ...(isDeviceKind(kind) ? { jwk: { kty: 'OKP', crv: 'Ed25519', x: publicKey } } : {}),
  };
  return crypto.encodeBase64Url(crypto.encodeUtf8(JSON.stringify(header)));
}

/** Text that is signed (RFC 7515, 5.1); {@link joinSignature} makes it a document. */
export function signingInput<K extends DocumentKind>(
  header: string,
  claims: ClaimsOf<K>,
  crypto: DocumentCrypto,
): string {
  return `${header}.${crypto.encodeBase64Url(crypto.encodeUtf8(JSON.stringify(claims)))}`;
}

/** The document, compact JWS. @param input of {@link signingInput} @param signature 64 bytes over its ASCII bytes */
export function joinSignature(input: string, signature: Uint8Array, crypto: DocumentCrypto): string {
  return `${input}.${crypto.encodeBase64Url(signature)}`;
}

/** Signs one document. The caller answers for the claims: they are typed, not checked again. */
export async function signDocument<K extends DocumentKind>({
  kind,
  claims,
  signer,
  chain,
  crypto,
}: {
  kind: K;
  claims: ClaimsOf<K>;
  signer: DocumentSigner;
  chain?: readonly string[] | undefined;
  crypto: DocumentCrypto;
}): Promise<string> {
  const header = encodeHeader(kind, { publicKey: signer.publicKey, chain, crypto });
  const input = signingInput<K>(header, claims, crypto);
  return joinSignature(input, await signer.sign(crypto.encodeUtf8(input)), crypto);
}
