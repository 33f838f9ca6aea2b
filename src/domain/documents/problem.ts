import type { ErrorCode } from '../../contract/errors.ts';

/** Why a signed file is refused; each has its own sentence for the person. */
export type FileProblemCode = Extract<
  ErrorCode,
  | 'file-too-large'
  | 'file-format'
  | 'file-truncated'
  | 'file-tampered'
  | 'file-foreign-key'
  | 'file-expired'
  | 'file-not-yet-valid'
  | 'file-wrong-product'
  | 'file-wrong-device'
  | 'file-wrong-kind'
>;

export interface FileProblem {
  readonly code: FileProblemCode;
  /** For the log, in English; holds nothing secret. */
  readonly detail: string;
}
