import type { SecretName, Secrets } from '../ports/secrets.ts';

/** Secrets until the process ends, where the machine has no keychain: the person signs in again at each start. */
export function createMemorySecrets(): Secrets {
  const entries = new Map<SecretName, string>();
  return {
    backend: 'memory',
    get: async (name) => entries.get(name) ?? null,
    set: async (name, value) => void entries.set(name, value),
    delete: async (name) => void entries.delete(name),
  };
}
