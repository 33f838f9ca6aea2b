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

/**
 * The first message on a connection is one of these, a space and the secret: `control` speaks `controlContract`, `client` speaks `clientContract` alone, so that
 * a window of one process can be passed through to the core of another.
 */
export const controlSpeeches = ['control', 'client'] as const;
export type ControlSpeech = (typeof controlSpeeches)[number];

/** File in the runtime folder, mode 0600: where the running client listens, and the secret that it wants to hear first. */
export const controlFileName = 'control.json';
export const controlFileSchema = z.strictObject({
  pid: z.number().int().positive(),
  address: z.string().min(1).max(512),
  secret: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});
