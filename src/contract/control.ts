import { oc } from '@orpc/contract';
import { z } from 'zod';
import { clientContract } from './client.ts';
import { errorMap } from './errors.ts';

const base = oc.errors(errorMap('internal', 'unavailable', 'sign-in-unavailable'));

export const shellKinds = ['window', 'browser', 'agent'] as const;

/**
 * Command line <-> the client that runs on the same profile, over a socket that only the same person can open. The client's own procedures,
 * and what concerns the process itself.
 */
export const controlContract = {
  client: clientContract,
  shell: {
    info: base.output(
      z.object({
        pid: z.number().int().positive(),
        kind: z.enum(shellKinds),
        version: z.string(),
        /** Address of the page in host mode, without any secret; null when no page is served. */
        address: z.string().nullable(),
      }),
    ),
    /**
     * Brings the window up. In host mode the answer is a new link, good once and for a short time; `null`: a window came up by itself.
     * Throws `sign-in-unavailable` when this client has no way to show anything.
     */
    open: base.output(z.object({ link: z.string().nullable() })),
    /** Ends the process after this answer, as a signal would. */
    stop: base.output(z.void()),
  },
};
export type ControlContract = typeof controlContract;
