import { oc } from '@orpc/contract';
import { z } from 'zod';
import { errorMap } from '../errors.ts';
import {
  base64UrlSchema,
  emailSchema,
  instantSchema,
  languageSchema,
  passwordInputSchema,
} from '../primitives.ts';

const base = oc.errors(errorMap('invalid-input', 'too-many-requests', 'internal', 'unavailable'));

/** First password and forgotten password are one path (A4, A14, A18). No session needed. */
export const passwords = {
  /** Same answer and same time for known and unknown addresses. */
  requestLink: base
    .route({
      method: 'POST',
      path: '/v1/passwords/links',
      summary: 'Email me a link to set my password',
      tags: ['Passwords'],
      successStatus: 202,
    })
    .input(z.object({ email: emailSchema, language: languageSchema.optional() }))
    .output(z.object({ sent: z.literal(true) })),
  /** Looking at a link never consumes it (mail scanners open links). */
  readLink: base
    .route({
      method: 'POST',
      path: '/v1/passwords/links/read',
      summary: 'What a link is for',
      tags: ['Passwords'],
    })
    .input(z.object({ token: base64UrlSchema }))
    .output(
      z.object({
        purpose: z.enum(['activate', 'reset']),
        email: z.string(),
        name: z.string(),
        accountName: z.string(),
        expiresAt: instantSchema,
        language: languageSchema,
        minimumLength: z.number().int(),
        maximumLength: z.number().int(),
      }),
    )
    .errors(errorMap('link-invalid', 'link-expired')),
  set: base
    .route({
      method: 'POST',
      path: '/v1/passwords',
      summary: 'Set the password with a link',
      tags: ['Passwords'],
      successStatus: 204,
    })
    .input(z.object({ token: base64UrlSchema, password: passwordInputSchema }))
    .output(z.void())
    .errors(
      errorMap(
        'link-invalid',
        'link-expired',
        'password-too-short',
        'password-too-long',
        'password-common',
        'password-contextual',
      ),
    ),
};
