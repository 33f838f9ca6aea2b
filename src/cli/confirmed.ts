import { ORPCError } from '@orpc/client';
import type { Context } from './context.ts';
import type { Client } from './open-client.ts';
import { readSecret } from './read-secret.ts';

/** Does what may need a recent password: when the portal asks for it, it is read, confirmed, and the work is done again. */
export async function confirmed<T>(context: Context, client: Client, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ORPCError) || error.code !== 'confirmation-required') throw error;
  }
  await client.session.confirmPassword({ password: await readSecret(context, 'confirmPassword') });
  return work();
}
