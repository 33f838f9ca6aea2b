import { dirname } from 'node:path';
import type { Problem } from '../contract/client/problem.ts';
import { AldabaError, errorCodeSchema, errorDataSchema } from '../contract/errors.ts';
import type { Clock } from './ports/clock.ts';

/** Result codes of SQLite, https://www.sqlite.org/rescode.html */
const sqliteReadOnly = 8;
const sqliteFull = 13;
const sqliteCannotOpen = 14;

/**
 * What the file system, or SQLite on it, refused to keep; null: the error is about something else.
 *
 * @param file what was written to, where the error does not say it
 */
export function storageFault(error: unknown, file?: string): AldabaError | null {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error ? error.code : undefined;
  const result = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT' || result === sqliteFull)
    return new AldabaError('disk-full', error.message, undefined, { cause: error });
  const syscall = 'syscall' in error ? String(error.syscall) : '';
  const path = file ?? ('path' in error && typeof error.path === 'string' ? error.path : undefined);
  const isDenied =
    code === 'EACCES' ||
    code === 'EPERM' ||
    code === 'EROFS' ||
    // A file stands where a folder is needed.
    code === 'ENOTDIR' ||
    (code === 'EEXIST' && syscall === 'mkdir');
  if (result !== sqliteReadOnly && result !== sqliteCannotOpen) {
    // A program that may not be started, and a connection that may not be made, are refused with the same names.
    if (!isDenied || path === undefined || syscall.startsWith('spawn')) return null;
  }
  // A folder that cannot be made is named itself.
  const folder = path === undefined || syscall === 'mkdir' ? path : dirname(path);
  const data = folder === undefined ? undefined : { file: folder };
  return new AldabaError('folder-not-writable', error.message, data, { cause: error });
}

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
  const fault = storageFault(error);
  if (fault !== null) return fault;
  // What waits on a signal throws its reason.
  const code = error instanceof Error && error.name === 'AbortError' ? 'cancelled' : 'internal';
  const message = error instanceof Error ? error.message : String(error);
  return new AldabaError(code, message, undefined, { cause: error });
}

/** An error as the window shows it, stamped with the clock's time. */
export function toProblem(error: unknown, clock: Clock): Problem {
  const { code, data } = asAldabaError(error);
  return { code, data, at: new Date(clock.now()).toISOString() };
}
