/** Packages that load a binary or a WebAssembly file beside themselves, or that a dependency only tries to load. */
export const nativeModules = [
  'electron',
  '@napi-rs/keyring',
  '@node-rs/argon2',
  '@electric-sql/pglite',
  'pg-native',
  'bufferutil',
  'utf-8-validate',
];
