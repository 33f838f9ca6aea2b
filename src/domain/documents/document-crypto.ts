/**
 * The primitives that documents need, given by whoever runs: `domain` itself knows neither Node nor a browser.
 * None of these throws on bad input: text that cannot be decoded becomes bytes that no signature fits.
 */
export interface DocumentCrypto {
  /**
   * Ed25519 (RFC 8032).
   * @param publicKey `x` of the JWK, base64url of 32 bytes; implementations keep the imported key for the next call
   * @returns false for a wrong signature, a malformed key and a signature of the wrong size alike
   */
  verify(publicKey: string, data: Uint8Array, signature: Uint8Array): boolean;
  sha256(data: Uint8Array): Uint8Array;
  /** RFC 4648, 5, without padding. */
  encodeBase64Url(data: Uint8Array): string;
  /** Lenient: alphabet and canonical form are checked by the caller. */
  decodeBase64Url(text: string): Uint8Array;
  encodeUtf8(text: string): Uint8Array;
  /** Malformed sequences become U+FFFD. */
  decodeUtf8(data: Uint8Array): string;
}

/** Holds a private key. `sign` answers the 64 bytes of an Ed25519 signature; a keychain may take its time. */
export interface DocumentSigner {
  /** `x` of the public JWK. */
  readonly publicKey: string;
  sign(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
}
