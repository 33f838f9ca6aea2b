import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { diagnosisSchema } from './client/diagnosis.ts';
import { appStateSchema } from './client/state.ts';
import { borrowDays } from './documents.ts';
import { errorCodes, errorMap } from './errors.ts';
import { maximumFileLength } from './file-length.ts';
import { people } from './portal/people.ts';
import { releaseSchema } from './portal/release.ts';
import { sessionSchema } from './portal/sessions.ts';
import { idSchema, instantSchema, modeSchema, passwordInputSchema, productCodeSchema } from './primitives.ts';
import { settingsChangeSchema } from './settings.ts';

const base = oc.errors(errorMap(...errorCodes));
const done = z.void();

/**
 * Window <-> core. Secrets go in and never come out: no output of any procedure holds a password, token or key.
 * Flow procedures (setup, sign-in) answer nothing: what happened shows in the next snapshot of `state.watch`, except that a refusal
 * is also thrown, so that a form can stay where it is.
 */
export const clientContract = {
  state: {
    get: base.output(appStateSchema),
    /** The snapshot now and at every change. */
    watch: base.output(eventIterator(appStateSchema)),
  },
  setup: {
    chooseMode: base.input(z.object({ mode: modeSchema })).output(done),
    /** At the step that asks for the address, and at those that go to one; it counts once the mode is done. */
    setPortal: base.input(z.object({ address: z.string().max(2048) })).output(done),
    /** To the step before; from `done`, to the choice of mode. What works now keeps working until the other mode is done. */
    back: base.output(done),
    /** Leave the change of mode and return to what was configured. */
    cancel: base.output(done),
    signIn: base
      .input(
        z.object({
          email: z.string().max(254),
          password: passwordInputSchema,
          /** Go to the choice of company also where there is only one. */
          choose: z.boolean().optional(),
        }),
      )
      .output(done),
    chooseAccount: base.input(z.object({ accountId: idSchema })).output(done),
    /** The person closes the sign-in: programs that wait get `sign-in-cancelled`. */
    cancelSignIn: base.output(done),
    requestPasswordLink: base.input(z.object({ email: z.string().max(254) })).output(done),
    enterKey: base.input(z.object({ key: z.string().max(64) })).output(done),
    activate: base.input(z.object({ key: z.string().max(64) })).output(done),
    /** What `stored` of the step names: it counts from now, and the way in before ends. `not-licensed` where there is none. */
    takeStored: base.output(done),
    /**
     * After `device-key-damaged`: a new key, which makes this a new device. The session and the licenses of the old one are given up.
     * `not-found` where the key is good.
     */
    resetDevice: base.output(done),
    /** A file to take to a machine with network. `content` is armored text; it holds the license key, so it leaves once, to be saved. */
    createRequestFile: base
      .input(z.object({ key: z.string().max(64) }))
      .output(z.object({ fileName: z.string(), content: z.string() })),
    importFile: base
      .input(z.object({ fileName: z.string().max(255), content: z.string().max(maximumFileLength) }))
      .output(z.object({ productName: z.string(), expiresAt: instantSchema.nullable() })),
  },
  session: {
    /** `told`: the portal heard of it. `keychain-unavailable` where somebody is signed in with a keychain that is not there now. */
    signOut: base.output(z.object({ told: z.boolean() })),
    list: base.output(z.object({ sessions: z.array(sessionSchema) })),
    end: base.input(z.object({ id: idSchema })).output(done),
    switchAccount: base.input(z.object({ accountId: idSchema })).output(done),
    confirmPassword: base
      .input(z.object({ password: passwordInputSchema }))
      .output(z.object({ until: instantSchema })),
  },
  licenses: {
    /** Ask the portal now. */
    renew: base.output(done),
    release: base.input(z.object({ product: productCodeSchema })).output(done),
    /** A floating lease to take away from the network. The snapshot then shows it borrowed. */
    borrow: base
      .input(
        z.object({
          product: productCodeSchema,
          days: z.number().int().min(1).max(borrowDays.most).default(borrowDays.usual),
        }),
      )
      .output(done),
    /**
     * Give back what was borrowed. With network the portal hears at once, and programs that run go on with a lease where a seat is free;
     * without, the receipt is handed over to be taken there.
     */
    returnBorrowed: base
      .input(z.object({ product: productCodeSchema }))
      .output(
        z.object({ told: z.boolean(), fileName: z.string().nullable(), content: z.string().nullable() }),
      ),
    /**
     * Standalone, with network: the key again, for a computer whose parts changed. The portal repeats this device's activation with the parts
     * as they are now; it takes no second place.
     */
    registerAgain: base.input(z.object({ key: z.string().max(64) })).output(done),
    /** Standalone: give the license back. With network the portal hears at once; without, the receipt is handed over to be taken there. */
    giveBack: base
      .input(z.object({ product: productCodeSchema }))
      .output(
        z.object({ told: z.boolean(), fileName: z.string().nullable(), content: z.string().nullable() }),
      ),
    /** The receipt of a license that was given back, for as long as the portal does not know of it. */
    receipt: base
      .input(z.object({ product: productCodeSchema }))
      .output(z.object({ fileName: z.string(), content: z.string() })),
  },
  connection: {
    /**
     * For a window that somebody looks at and that waits for the portal: asks it again, at most every 5 s however many windows there are. Not
     * refused; what was found shows in the next snapshot.
     */
    check: base.output(done),
  },
  /** Asks the portal and looks at what stands in between; takes up to 15 s where nobody answers. */
  diagnose: base.output(diagnosisSchema),
  programs: {
    list: base.output(z.object({ releases: z.array(releaseSchema), buyUrl: z.string().nullable() })),
    download: base.input(z.object({ releaseId: idSchema })).output(done),
    pause: base.input(z.object({ releaseId: idSchema })).output(done),
    resume: base.input(z.object({ releaseId: idSchema })).output(done),
    cancel: base.input(z.object({ releaseId: idSchema })).output(done),
    /** Opens the verified installer. Refused unless checksum and signature were right. */
    open: base.input(z.object({ releaseId: idSchema })).output(done),
    showInFolder: base.input(z.object({ releaseId: idSchema })).output(done),
  },
  settings: {
    update: base.input(settingsChangeSchema).output(done),
    dismissNotice: base.input(z.object({ id: z.string().max(200) })).output(done),
  },
  /** The portal's procedures as they are; the core adds the session. */
  people: base.router(people),
};
export type ClientContract = typeof clientContract;
