import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { base64UrlSchema } from '../../contract/primitives.ts';
import { portalAddressSchema } from '../../contract/settings.ts';
import type { Log } from '../ports/log.ts';
import type { SecretName, Secrets } from '../ports/secrets.ts';

/**
 * A secret is kept with the portal that it is for, so that a changed address never sends it to another; and with the device key that the
 * session is bound to: under another one it is worth nothing.
 */
const refreshSchema = z.object({
  portal: portalAddressSchema,
  token: base64UrlSchema,
  thumbprint: base64UrlSchema,
});
/**
 * `next` is chosen beforehand, so that finding out whether the sign-in arrived needs no further write. `replaces` is the session that the
 * portal is told the end of when this one is there.
 */
const signInSchema = refreshSchema.extend({ next: base64UrlSchema, replaces: refreshSchema.nullable() });
const keySchema = z.object({ portal: portalAddressSchema, key: z.string().min(1).max(64) });

export type SignInCredential = z.infer<typeof signInSchema>;

/** base64url of 32 random bytes. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is sent of a token that the device has chosen. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token, 'ascii').digest('hex');
}

const schemas = {
  'refresh-token': refreshSchema,
  'refresh-token-next': refreshSchema,
  'sign-in-token': signInSchema,
  'cloud-key': keySchema,
} as const satisfies Partial<Record<SecretName, z.ZodType>>;
type CredentialName = keyof typeof schemas;
export type Credential<N extends CredentialName> = z.infer<(typeof schemas)[N]>;

/** Identity's entries of the keychain. An entry that holds something else reads as absent and stays until it is replaced. */
export interface Credentials {
  read<N extends CredentialName>(name: N): Promise<Credential<N> | null>;
  write<N extends CredentialName>(name: N, value: Credential<N>): Promise<void>;
  /** Deletes what is there; asks first, so that an absent entry costs no prompt. */
  remove(...names: CredentialName[]): Promise<void>;
}

export function createCredentials(secrets: Secrets, log: Log): Credentials {
  async function read<N extends CredentialName>(name: N): Promise<Credential<N> | null> {
    const text = await secrets.get(name);
    if (text === null) return null;
    try {
      return schemas[name].parse(JSON.parse(text)) as Credential<N>;
    } catch {
      log.warn({ entry: name }, 'an entry of the keychain is not what this client wrote; it is left alone');
      return null;
    }
  }
  return {
    read,
    write: (name, value) => secrets.set(name, JSON.stringify(value)),
    async remove(...names) {
      for (const name of names) if ((await secrets.get(name)) !== null) await secrets.delete(name);
    },
  };
}
