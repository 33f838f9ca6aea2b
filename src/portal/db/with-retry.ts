import { AldabaError } from '../../contract/errors.ts';

/** SQLSTATE of a deadlock and of a serialization failure: the transaction was undone and may be tried again. */
const passing = new Set(['40P01', '40001']);

/** Another request was quicker: the whole work again may do. Where it does not, this is the answer. */
export class RacedError extends AldabaError {}

/** Each time another request went on. Enough for as many as a device sends at the same moment. */
const tries = 5;

/** Runs a whole transaction again when the database undid it for the sake of another, or it found another quicker; 5 times in all. */
export async function withRetry<T>(transaction: () => Promise<T>): Promise<T> {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await transaction();
    } catch (error) {
      const mayPass = error instanceof RacedError || passing.has(faultOf(error)?.code ?? '');
      if (!mayPass || left === 0) throw error;
    }
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
