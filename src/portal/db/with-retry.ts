/** SQLSTATE of a deadlock and of a serialization failure: the transaction was undone and may be tried again. */
const passing = new Set(['40P01', '40001']);

/** Runs a whole transaction again, once, when the database undid it for the sake of another. */
export async function withRetry<T>(transaction: () => Promise<T>): Promise<T> {
  try {
    return await transaction();
  } catch (error) {
    if (!isPassing(error)) throw error;
    return transaction();
  }
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && passing.has(error.code)) return true;
  return isPassing(error.cause);
}
