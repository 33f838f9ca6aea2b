import { type SecretName, type Secrets, secretNames } from '../ports/secrets.ts';

/** The device key says that a place is in use, so it is the last to be there. */
const inOrder = [...secretNames.filter((name) => name !== 'device-key'), 'device-key'] as const;

/** Afterwards `to` holds what `from` holds, and nothing else. @returns what that is */
export async function copySecrets(from: Secrets, to: Secrets): Promise<Map<SecretName, string>> {
  const held = new Map<SecretName, string>();
  for (const name of inOrder) {
    const value = await from.get(name);
    if (value === null) {
      if ((await to.get(name)) !== null) await to.delete(name);
      continue;
    }
    await to.set(name, value);
    held.set(name, value);
  }
  return held;
}
