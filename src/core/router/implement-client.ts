import { implement, ORPCError } from '@orpc/server';
import { clientContract } from '../../contract/client.ts';
import { errorStatus } from '../../contract/errors.ts';
import type { Log } from '../ports/log.ts';
import { asAldabaError } from '../problem.ts';

/** First field that a schema refused, `a.b`. */
function fieldOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || !('issues' in data) || !Array.isArray(data.issues))
    return undefined;
  const path: unknown = data.issues[0]?.path;
  return Array.isArray(path) ? path.map(String).join('.').slice(0, 100) : undefined;
}

/** Whatever a procedure threw, as an error of the contract. Its message stays in the log: it may name what a window need not know. */
function toContractError(error: unknown, log: Log, procedure: string): ORPCError<string, unknown> {
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') {
    const field = fieldOf(error.data);
    const data = field === undefined ? undefined : { field };
    return new ORPCError('invalid-input', {
      status: errorStatus['invalid-input'],
      message: 'invalid-input',
      data,
    });
  }
  const fault = asAldabaError(error);
  const fields = { procedure, code: fault.code };
  if (fault.code === 'internal')
    log.error(
      { ...fields, stack: fault.cause instanceof Error ? fault.cause.stack : fault.stack },
      fault.message,
    );
  else log.info(fields, fault.message);
  return new ORPCError(fault.code, {
    status: errorStatus[fault.code] || 500,
    message: fault.code,
    data: fault.data,
  });
}

/** The client contract to be implemented, with every error on its way out made one of the contract's. */
export function implementClient(log: Log) {
  return implement(clientContract).use(async ({ next, path }) => {
    try {
      return await next();
    } catch (error) {
      throw toContractError(error, log, path.join('.'));
    }
  });
}
export type ClientImplementer = ReturnType<typeof implementClient>;

/** A procedure's signal as an option of another call. */
export function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
