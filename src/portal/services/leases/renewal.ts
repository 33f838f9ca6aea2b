import type { z } from 'zod';
import type { ErrorCode } from '../../../contract/errors.ts';
import type { renewalSchema } from '../../../contract/portal/licenses.ts';

export type Renewal = z.output<typeof renewalSchema>;

/** One lease of one device that asks to go on. */
export interface Ask {
  readonly leaseId: string;
  /** The sequence that the device has. */
  readonly seq: number;
  readonly holderId: string;
  readonly deviceThumbprint: string;
}

/**
 * How far a device's sequence may be ahead of the portal's: after the portal was restored from a copy. The next document is then above
 * both, because a device never replaces one by a lower one.
 */
export const sequenceAhead = 100_000;

/** @param detail words of an administrator, for the holder */
export function ended(leaseId: string, code: ErrorCode, detail?: string | null): Renewal {
  return { outcome: 'ended', leaseId, code, data: typeof detail === 'string' ? { detail } : undefined };
}
