import { oc } from '@orpc/contract';
import { z } from 'zod';
import { borrowDays } from '../documents.ts';
import { errorMap } from '../errors.ts';
import { emailSchema, idSchema, languageSchema, lineSchema, pageSchema } from '../primitives.ts';
import { contactSchema, contactSortSchema, contactStates, poolSchema, roleSchema } from './contact.ts';
import { holderSchema } from './licenses.ts';

export {
  type Contact,
  contactSchema,
  contactSortSchema,
  contactStates,
  type Pool,
  poolSchema,
  roleSchema,
} from './contact.ts';

const authed = oc.errors(
  errorMap(
    'invalid-input',
    'too-many-requests',
    'proof-invalid',
    'internal',
    'unavailable',
    'not-signed-in',
    'session-ended',
    'forbidden',
  ),
);

const contactFields = {
  email: emailSchema,
  firstName: lineSchema(100).min(1),
  lastName: lineSchema(100).min(1),
  phone: lineSchema(40).default(''),
  jobTitle: lineSchema(100).default(''),
  shared: z.boolean().default(false),
  receivesNotifications: z.boolean().default(true),
  language: languageSchema.default('es'),
};

export const people = {
  listContacts: authed
    .route({
      method: 'GET',
      path: '/v1/contacts',
      summary: 'One page of the directory (keyset)',
      tags: ['Contacts'],
    })
    .input(
      pageSchema.extend({
        search: z.string().trim().max(200).optional(),
        sort: contactSortSchema.default('name'),
        direction: z.enum(['asc', 'desc']).default('asc'),
        state: z.enum(contactStates).optional(),
        roleId: idSchema.optional(),
        /** `last` starts from the end, for End in the table. */
        from: z.enum(['first', 'last']).default('first'),
        /** Position of the first row, from 0, for a scroll bar dragged to where no cursor leads yet. A cursor goes before it. */
        offset: z.coerce.number().int().min(0).max(10_000_000).optional(),
      }),
    )
    .output(
      z.object({
        contacts: z.array(contactSchema),
        next: z.string().nullable(),
        previous: z.string().nullable(),
        /** Rows that match; exact. */
        total: z.number().int(),
        /** Position of the first row of this page among them, from 0. */
        offset: z.number().int(),
      }),
    ),
  getContact: authed
    .route({ method: 'GET', path: '/v1/contacts/{id}', summary: 'One contact', tags: ['Contacts'] })
    .input(z.object({ id: idSchema }))
    .output(contactSchema)
    .errors(errorMap('not-found')),
  /**
   * With a role: an activation is mailed (A14, D4). The seat, when asked for, is assigned in the same transaction (E8). An administrator
   * needs step-up.
   */
  createContact: authed
    .route({
      method: 'POST',
      path: '/v1/contacts',
      summary: 'Add a contact and invite them',
      tags: ['Contacts'],
      successStatus: 201,
    })
    .input(
      z.object({
        ...contactFields,
        idempotencyKey: idSchema,
        roleId: idSchema,
        poolIds: z.array(idSchema).max(20).default([]),
      }),
    )
    .output(contactSchema)
    .errors(
      errorMap(
        'contact-exists',
        'role-exceeds-own',
        'role-not-given',
        'shared-identity-not-administrator',
        'confirmation-required',
        'no-seats-available',
        'seat-not-assignable',
        'pool-not-current',
        'invitation-limit',
        'invitation-too-soon',
        'not-found',
        'idempotency-mismatch',
      ),
    ),
  updateContact: authed
    .route({
      method: 'PATCH',
      path: '/v1/contacts/{id}',
      summary: 'Edit a contact; never its email or company (D8)',
      tags: ['Contacts'],
    })
    .input(
      z.object({
        id: idSchema,
        revision: z.number().int(),
        firstName: contactFields.firstName.optional(),
        lastName: contactFields.lastName.optional(),
        phone: lineSchema(40).optional(),
        jobTitle: lineSchema(100).optional(),
        shared: z.boolean().optional(),
        receivesNotifications: z.boolean().optional(),
        roleId: idSchema.optional(),
      }),
    )
    .output(contactSchema)
    .errors(
      errorMap(
        'not-found',
        'contact-changed',
        'role-exceeds-own',
        'role-not-given',
        'target-outranks-actor',
        'last-administrator',
        'shared-identity-not-administrator',
        'confirmation-required',
        'owner-protected',
        'self-not-allowed',
        'invitation-limit',
        'invitation-too-soon',
      ),
    ),
  /** Needs step-up. Seats are withdrawn, sessions and leases end, in one transaction. */
  deleteContact: authed
    .route({
      method: 'DELETE',
      path: '/v1/contacts/{id}',
      summary: 'Delete a contact who left',
      tags: ['Contacts'],
      successStatus: 204,
    })
    .input(z.object({ id: idSchema }))
    .output(z.void())
    .errors(
      errorMap(
        'not-found',
        'target-outranks-actor',
        'last-administrator',
        'confirmation-required',
        'owner-protected',
        'self-not-allowed',
      ),
    ),
  suspendContact: authed
    .route({
      method: 'POST',
      path: '/v1/contacts/{id}/suspend',
      summary: 'Suspend: sessions and leases end at once',
      tags: ['Contacts'],
    })
    .input(z.object({ id: idSchema }))
    .output(contactSchema)
    .errors(
      errorMap(
        'not-found',
        'target-outranks-actor',
        'last-administrator',
        'owner-protected',
        'self-not-allowed',
        'contact-without-access',
      ),
    ),
  reactivateContact: authed
    .route({
      method: 'POST',
      path: '/v1/contacts/{id}/reactivate',
      summary: 'Let a suspended contact in again',
      tags: ['Contacts'],
    })
    .input(z.object({ id: idSchema }))
    .output(contactSchema)
    .errors(errorMap('not-found', 'target-outranks-actor')),
  /** A new link by email, the old one is void. 1 per min, 5 per day. */
  resendInvitation: authed
    .route({
      method: 'POST',
      path: '/v1/contacts/{id}/invitation',
      summary: 'Mail the activation again',
      tags: ['Contacts'],
    })
    .input(z.object({ id: idSchema }))
    .output(contactSchema)
    .errors(errorMap('not-found', 'invitation-not-pending', 'invitation-too-soon', 'role-exceeds-own')),
  /** Mails a link; sessions end when the new password is set. Administrators never see or set a password (D6, D9). Needs step-up. */
  resetPassword: authed
    .route({
      method: 'POST',
      path: '/v1/contacts/{id}/reset-password',
      summary: "Mail a link to set another's password",
      tags: ['Contacts'],
    })
    .input(z.object({ id: idSchema }))
    .output(contactSchema)
    .errors(
      errorMap(
        'not-found',
        'target-outranks-actor',
        'confirmation-required',
        'contact-suspended',
        'contact-without-access',
        'invitation-too-soon',
      ),
    ),
  listRoles: authed
    .route({ method: 'GET', path: '/v1/roles', summary: 'Roles and what each may do', tags: ['Roles'] })
    .output(z.object({ roles: z.array(roleSchema), helpUrl: z.string() })),
  listPools: authed
    .route({ method: 'GET', path: '/v1/pools', summary: 'Seats bought, used and free', tags: ['Seats'] })
    .output(z.object({ pools: z.array(poolSchema) })),
  /** How long seats of a floating pool may be borrowed. What is borrowed already stays as it was lent. */
  setBorrowDays: authed
    .route({
      method: 'PATCH',
      path: '/v1/pools/{poolId}',
      summary: 'Set for how many days seats are lent',
      tags: ['Seats'],
    })
    .input(z.object({ poolId: idSchema, borrowDays: z.number().int().min(0).max(borrowDays.most) }))
    .output(poolSchema)
    .errors(errorMap('not-found', 'borrow-unavailable')),
  assignSeat: authed
    .route({
      method: 'POST',
      path: '/v1/pools/{poolId}/seats',
      summary: 'Assign a seat to a contact',
      tags: ['Seats'],
      successStatus: 201,
    })
    .input(z.object({ poolId: idSchema, contactId: idSchema }))
    .output(contactSchema)
    .errors(
      errorMap(
        'not-found',
        'no-seats-available',
        'seat-not-assignable',
        'pool-not-current',
        'contact-suspended',
      ),
    ),
  /** The holder's lease ends at the next heartbeat. Withdrawing twice is not an error. */
  withdrawSeat: authed
    .route({
      method: 'DELETE',
      path: '/v1/pools/{poolId}/seats/{contactId}',
      summary: 'Withdraw a seat',
      tags: ['Seats'],
    })
    .input(z.object({ poolId: idSchema, contactId: idSchema }))
    .output(contactSchema)
    .errors(errorMap('not-found')),
  listHolders: authed
    .route({
      method: 'GET',
      path: '/v1/pools/{poolId}/holders',
      summary: 'Who holds what now',
      tags: ['Seats'],
    })
    .input(z.object({ poolId: idSchema }))
    .output(z.object({ holders: z.array(holderSchema) }))
    .errors(errorMap('not-found')),
};
