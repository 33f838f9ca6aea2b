import { ORPCError, ValidationError } from '@orpc/server';
import type { Logger } from 'pino';
import { AldabaError, type ErrorCode, type ErrorData, errorStatus } from '../contract/errors.ts';

/** Carries a refusal over the wire: the code and its status. The log message stays here. */
export function wireError(code: ErrorCode, data?: ErrorData): ORPCError<ErrorCode, ErrorData> {
  return new ORPCError(code, { status: errorStatus[code] || 500, message: code, data });
}

/** Turns whatever was thrown into what may leave: faults of ours become `internal`, and only the log says more. */
export function toWireError(error: unknown, log: Logger, requestId: string): ORPCError<ErrorCode, ErrorData> {
  if (error instanceof AldabaError) {
    log.info({ code: error.code, reason: error.message }, 'refused');
    return wireError(error.code, error.data);
  }
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') return invalidInput(error);
  log.error({ error: describe(error) }, 'request failed');
  return wireError('internal', { requestId });
}

/** The first issue names the field; its text comes from the schema and never quotes the value. */
function invalidInput(error: ORPCError<string, unknown>): ORPCError<ErrorCode, ErrorData> {
  const issue = error.cause instanceof ValidationError ? error.cause.issues[0] : undefined;
  const path = (issue?.path ?? [])
    .map((part) => String(typeof part === 'object' ? part.key : part))
    .join('.');
  return wireError('invalid-input', path === '' ? undefined : { field: path.slice(0, 100) });
}

/**
 * An error for the log. Messages of the query builder quote every parameter, hashes and addresses of people among them: only the
 * database's own words and code are kept.
 */
export function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: 'something that is not an error was thrown' };
  const query = error.message.startsWith('Failed query:');
  return {
    name: error.name,
    message: query ? 'query failed' : error.message,
    ...('code' in error ? { code: error.code } : {}),
    ...(query ? {} : { stack: error.stack }),
    ...(error.cause === undefined ? {} : { cause: describe(error.cause) }),
  };
}
