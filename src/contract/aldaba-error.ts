import type { ErrorCode, ErrorData } from './errors.ts';

/**
 * The error of every part: the code decides status and text, `message` is for the log, `data` for the text's numbers. By itself, because who
 * throws it need not load the schemas that `errors.ts` is made of.
 */
export class AldabaError extends Error {
  readonly code: ErrorCode;
  readonly data: ErrorData;
  constructor(code: ErrorCode, message: string = code, data?: ErrorData, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AldabaError';
    this.code = code;
    this.data = data;
  }
}
