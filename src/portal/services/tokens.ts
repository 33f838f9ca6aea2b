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

export type Access = z.output<typeof accessSchema>;

/** A new access token, opaque: what is answered, and what is stored of it. */
export function newAccess(now: number): { answer: Access; hash: Buffer; expiresAt: string } {
  const accessToken = newToken();
  return {
    answer: { accessToken, expiresIn: accessSeconds },
    hash: hashToken(accessToken),
    expiresAt: new Date(now + accessSeconds * 1000).toISOString(),
  };
}

const insertAccess: Statement = {
  name: 'insert-access',
  text: 'insert into access_token (token_hash, session_id, account_id, expires_at) values ($1, $2, $3, $4)',
};

/** Gives an open session a new access token, for the company that it is in. */
export async function issueAccess(
  tx: Tx,
  { id, accountId }: { id: string; accountId: string },
  now: number,
): Promise<Access> {
  const { answer, hash, expiresAt } = newAccess(now);
  await run(tx, insertAccess, [hash, id, accountId, expiresAt]);
  return answer;
}
