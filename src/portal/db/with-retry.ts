import { AldabaError } from '../../contract/errors.ts';

/** SQLSTATE of a deadlock and of a serialization failure: the transaction was undone and may be tried again. */
const passing = new Set(['40P01', '40001']);

/** Another request was quicker: the whole work again may do. Where it does not, this is the answer. */
export class RacedError extends AldabaError {}

/** Runs a whole transaction again, once, when the database undid it for the sake of another, or it found another quicker. */
export async function withRetry<T>(transaction: () => Promise<T>): Promise<T> {
  try {
    return await transaction();
  } catch (error) {
    if (!(error instanceof RacedError) && !passing.has(faultOf(error)?.code ?? '')) throw error;
    return transaction();
  }
}

/** SQLSTATE of a row that breaks a unique index. */
const notUnique = '23505';

/** The unique index that a statement would have broken, by its name; undefined for any other error. */
export function brokenIndex(error: unknown): string | undefined {
  const fault = faultOf(error);
  return fault?.code === notUnique ? fault.constraint : undefined;
}

/** What the database said, below what the query builder makes of it. */
function faultOf(error: unknown): { code: string; constraint?: string } | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code))
    return error as Error & { code: string; constraint?: string };
  return faultOf(error.cause);
}
