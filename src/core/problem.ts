import type { Problem } from '../contract/client/problem.ts';
import { AldabaError, errorCodeSchema, errorDataSchema } from '../contract/errors.ts';
import type { Clock } from './ports/clock.ts';

/** Whatever was thrown, as the product's error; what nothing knows is `internal`. */
export function asAldabaError(error: unknown): AldabaError {
  if (error instanceof AldabaError) return error;
  // As the RPC library throws one: with the code, and data that came over a wire. What else has a code is Node's, in capitals.
  if (error instanceof Error && 'code' in error) {
    const code = errorCodeSchema.safeParse(error.code);
    const data = errorDataSchema.safeParse('data' in error ? error.data : undefined);
    if (code.success) {
      return new AldabaError(code.data, error.message, data.success ? data.data : undefined, {
        cause: error,
      });
    }
  }
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') {
    return new AldabaError('disk-full', error.message, undefined, { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new AldabaError('internal', message, undefined, { cause: error });
}

/** An error as the window shows it, stamped with the clock's time. */
export function toProblem(error: unknown, clock: Clock): Problem {
  const { code, data } = asAldabaError(error);
  return { code, data, at: new Date(clock.now()).toISOString() };
}
