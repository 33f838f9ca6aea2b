/**
 * The secrets that exist; each is one entry of the keychain. `sign-in-token` is the token of a sign-in whose answer is not known yet;
 * it has its own entry so that trying to sign in elsewhere cannot lose the session that works. `device-key-damaged` is what stood in the place of a key and was
 * none, kept for whoever asks for it.
 */
export const secretNames = [
  'refresh-token',
  'refresh-token-next',
  'sign-in-token',
  'device-key',
  'device-key-damaged',
  'cloud-key',
  'clock-mac',
] as const;
export type SecretName = (typeof secretNames)[number];

export type SecretsBackend = 'secret-service' | 'macos-keychain' | 'windows-credentials' | 'file' | 'memory';

/**
 * Where secrets live. Errors are `AldabaError` with `keychain-unavailable`, `keychain-locked` or `keychain-denied`;
 * an entry that cannot be read is never deleted.
 */
export interface Secrets {
  /** Changes with `keepOnDisk` alone. */
  readonly backend: SecretsBackend;
  get(name: SecretName): Promise<string | null>;
  /** Durable when it resolves. */
  set(name: SecretName, value: string): Promise<void>;
  /** Deleting what is not there is not an error. */
  delete(name: SecretName): Promise<void>;
  /**
   * Moves them to files, or from there to the keychain or into memory; what is held stays the same. Where a keychain keeps them, it goes on.
   * Absent: there is one place only.
   *
   * @param mayForget false: not into memory, because something is held that is lost with the device key
   * @throws AldabaError `keychain-unavailable` where memory is the only other place, and may not be it
   */
  keepOnDisk?(on: boolean, mayForget?: boolean): Promise<void>;
}
