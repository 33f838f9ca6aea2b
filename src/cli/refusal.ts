import type { Problem } from '../contract/client/problem.ts';
import { AldabaError } from '../contract/errors.ts';

/** A problem that the snapshot shows, as the refusal of the command that waited for it. */
export function refusal({ code, data }: Pick<Problem, 'code' | 'data'>): AldabaError {
  return new AldabaError(code, code, data);
}
