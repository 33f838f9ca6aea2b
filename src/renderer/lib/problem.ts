import { ORPCError } from '@orpc/client';
import type { ErrorCode, ErrorData } from '../../contract/errors.ts';

/** A refusal or fault to show. `link-lost` is the window's own: no answer came from the core. */
export interface Trouble {
  readonly code: ErrorCode | 'link-lost';
  readonly data?: ErrorData | undefined;
  /** When it was answered, ISO 8601; `data.retryAfter` counts from there. */
  readonly at?: string;
}

/** What a rejected call means. Anything that is not a refusal of the core is the way to it. */
export function toTrouble(error: unknown): Trouble {
  if (!(error instanceof ORPCError)) return { code: 'link-lost' };
  return {
    code: codeOf(error),
    data: isData(error.data) ? error.data : undefined,
    at: new Date().toISOString(),
  };
}

/** The field that was refused as it is named in the call, `email`; null when it is not about one. */
export function refusedField(trouble: Trouble | null): string | null {
  return trouble?.code === 'invalid-input' ? (trouble.data?.field ?? null) : null;
}

/** oRPC's own faults come in capitals (`NOT_FOUND`, `INTERNAL_SERVER_ERROR`); the product's codes never do. */
function codeOf(error: ORPCError<string, unknown>): ErrorCode {
  return /^[a-z][a-z-]*$/.test(error.code) ? (error.code as ErrorCode) : 'internal';
}

function isData(data: unknown): data is NonNullable<ErrorData> {
  return typeof data === 'object' && data !== null;
}
