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
    /** Addresses whose origins a link of the window may lead to. */
    linkOrigins: base.output(z.array(z.string())),
    /** Ends the process after this answer, as a signal would. */
    stop: base.output(z.void()),
  },
};
export type ControlContract = typeof controlContract;

const opening = oc.errors(errorMap('internal', 'open-failed'));
const desktopFactsSchema = z.object({ canAutoStart: z.boolean() });
export type DesktopFacts = z.infer<typeof desktopFactsSchema>;

/**
 * The client that runs -> a window of another process that shows it, the other way round on a connection of that window's: what needs a desktop is
 * done where there is one.
 */
export const desktopContract = {
  describe: opening.output(desktopFactsSchema),
  /** As `Opener` of the core's ports. */
  showWindow: opening.input(z.object({ reason: z.enum(['sign-in', 'open', 'notice']) })).output(z.boolean()),
  openFile: opening.input(z.object({ path: z.string() })).output(z.void()),
  showInFolder: opening.input(z.object({ path: z.string() })).output(z.void()),
  openExternal: opening.input(z.object({ url: z.string() })).output(z.void()),
};
export type DesktopContract = typeof desktopContract;
