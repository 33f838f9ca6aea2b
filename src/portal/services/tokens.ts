import type { z } from 'zod';
import type { accessSchema } from '../../contract/portal/sessions.ts';
import type { Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import { hashToken, newToken } from '../ids.ts';

/** Seconds that an access token is good for. */
export const accessSeconds = 600;
/** A session that is not refreshed for this long ends. */
export const idleMilliseconds = 90 * 86_400_000;
/** A session ends after this, used or not. */
export const sessionMilliseconds = 365 * 86_400_000;

const insertAccess: Statement = {
  name: 'insert-access',
  text: 'insert into access_token (token_hash, session_id, expires_at) values ($1, $2, $3)',
};

/** A new access token of a session: opaque, only its hash is kept. */
export async function issueAccess(
  tx: Tx,
  sessionId: string,
  now: number,
): Promise<z.output<typeof accessSchema>> {
  const accessToken = newToken();
  const expiresAt = new Date(now + accessSeconds * 1000).toISOString();
  await run(tx, insertAccess, [hashToken(accessToken), sessionId, expiresAt]);
  return { accessToken, expiresIn: accessSeconds };
}
