import { oc } from '@orpc/contract';
import { z } from 'zod';
import { errorMap } from '../errors.ts';
import {
  base64UrlSchema,
  deviceSchema,
  idSchema,
  instantSchema,
  lineSchema,
  passwordInputSchema,
  sha256Schema,
} from '../primitives.ts';
import { accountSchema, membershipSchema, profileSchema } from './profile.ts';

/** Access token: opaque 256 bits, 10 min, used with a DPoP proof of the device key (RFC 9449). */
export const accessSchema = z.object({
  accessToken: base64UrlSchema,
  expiresIn: z.number().int().positive(),
});

/**
 * Refresh tokens are chosen by the device: it stores the next token in its keychain first and sends only the token's SHA-256.
 * A death between any two writes then leaves a device that holds a token which the portal accepts, and repeating a request is harmless.
 * A token is the base64url text of 32 random bytes; its hash is SHA-256 over the ASCII bytes of that text, hexadecimal.
 */
const nextTokenHashSchema = sha256Schema;

/** Where the window offers the choice among the companies of a person. */
export const accountChoiceSchema = z.object({
  kind: z.literal('choose-account'),
  /** Single-use, 5 min. */
  ticket: base64UrlSchema,
  accounts: z.array(membershipSchema),
});
export const signedInSchema = z.object({
  kind: z.literal('signed-in'),
  access: accessSchema,
  profile: profileSchema,
});
export const signInOutputSchema = z.discriminatedUnion('kind', [accountChoiceSchema, signedInSchema]);

export const sessionSchema = z.object({
  id: idSchema,
  deviceName: z.string(),
  platform: z.string(),
  account: accountSchema,
  createdAt: instantSchema,
  lastUsedAt: instantSchema,
  current: z.boolean(),
});

const base = oc.errors(
  errorMap('invalid-input', 'too-many-requests', 'proof-invalid', 'internal', 'unavailable'),
);

/** All of these carry a `DPoP` header: a proof (RFC 9449, 4.2) signed by the device key. */
export const sessions = {
  signIn: base
    .route({
      method: 'POST',
      path: '/v1/sessions',
      summary: 'Sign in with email and password',
      tags: ['Sessions'],
    })
    .input(
      z.object({
        /** Not `emailSchema`: what is no email is nobody's, and gets the answer of an unknown one. */
        email: lineSchema(254),
        password: passwordInputSchema,
        device: deviceSchema,
        nextTokenHash: nextTokenHashSchema,
        /** Enter this company at once, without the choice; for one that is not theirs: the choice, also of a single one. */
        accountId: idSchema.optional(),
      }),
    )
    .output(signInOutputSchema)
    .errors(errorMap('invalid-credentials')),
  chooseAccount: base
    .route({
      method: 'POST',
      path: '/v1/sessions/account',
      summary: 'Finish signing in by choosing the company',
      tags: ['Sessions'],
    })
    .input(z.object({ ticket: base64UrlSchema, accountId: idSchema, nextTokenHash: nextTokenHashSchema }))
    .output(signedInSchema)
    .errors(errorMap('account-choice-expired')),
  /**
   * Rotation. The same token with the same `nextTokenHash` may be repeated at any time (same answer, new access token).
   * A rotated token with another hash: within 20 s `session-raced`, later it is a replay and ends the session.
   */
  refresh: base
    .route({
      method: 'POST',
      path: '/v1/sessions/refresh',
      summary: 'Rotate the refresh token, get an access token',
      tags: ['Sessions'],
    })
    .input(z.object({ refreshToken: base64UrlSchema, nextTokenHash: nextTokenHashSchema }))
    .output(signedInSchema)
    .errors(errorMap('session-ended', 'session-raced')),
  /** Ends a session by its refresh token; unknown tokens get the same answer. Leases of the device in it are released. */
  signOut: base
    .route({
      method: 'POST',
      path: '/v1/sessions/end',
      summary: 'Sign out this device',
      tags: ['Sessions'],
      successStatus: 204,
    })
    .input(z.object({ refreshToken: base64UrlSchema }))
    .output(z.void()),
  list: base
    .route({
      method: 'GET',
      path: '/v1/sessions',
      summary: 'Devices where I am signed in',
      tags: ['Sessions'],
    })
    .output(z.object({ sessions: z.array(sessionSchema) }))
    .errors(errorMap('not-signed-in', 'session-ended')),
  end: base
    .route({
      method: 'DELETE',
      path: '/v1/sessions/{id}',
      summary: 'End one of my sessions',
      tags: ['Sessions'],
      successStatus: 204,
    })
    .input(z.object({ id: idSchema }))
    .output(z.void())
    .errors(errorMap('not-signed-in', 'session-ended', 'not-found')),
  profile: base
    .route({
      method: 'GET',
      path: '/v1/profile',
      summary: 'Who is signed in and what they may do',
      tags: ['Sessions'],
    })
    .output(profileSchema)
    .errors(errorMap('not-signed-in', 'session-ended')),
  switchAccount: base
    .route({
      method: 'POST',
      path: '/v1/sessions/switch',
      summary: 'Enter another of my companies',
      tags: ['Sessions'],
    })
    .input(z.object({ accountId: idSchema }))
    .output(signedInSchema)
    .errors(errorMap('not-signed-in', 'session-ended', 'not-found')),
  /** Step-up: the password again, good for 5 min in this session. */
  confirmPassword: base
    .route({
      method: 'POST',
      path: '/v1/sessions/confirm',
      summary: 'Confirm the password for a sensitive action',
      tags: ['Sessions'],
    })
    .input(z.object({ password: passwordInputSchema }))
    .output(z.object({ until: instantSchema }))
    .errors(errorMap('not-signed-in', 'session-ended', 'invalid-credentials')),
  /** A cloud key is its own credential: the device gets an access token for license procedures alone. */
  withKey: base
    .route({
      method: 'POST',
      path: '/v1/sessions/key',
      summary: 'Enter with a cloud key',
      tags: ['Sessions'],
    })
    .input(z.object({ key: z.string().max(64), device: deviceSchema }))
    .output(z.object({ access: accessSchema, account: accountSchema, products: z.array(z.string()) }))
    .errors(errorMap('key-invalid', 'device-limit')),
  /** The device works with the key no more: its place is free for another. Again, or with a key that never was, nothing happens. */
  leaveKey: base
    .route({
      method: 'POST',
      path: '/v1/sessions/key/end',
      summary: 'Leave a cloud key',
      tags: ['Sessions'],
      successStatus: 204,
    })
    .input(z.object({ key: z.string().max(64) }))
    .output(z.void()),
};
