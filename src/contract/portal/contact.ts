import { z } from 'zod';
import { permissionSchema } from '../permissions.ts';
import { idSchema, instantSchema, productCodeSchema } from '../primitives.ts';

export const contactStates = ['no-access', 'invited', 'expired', 'active', 'suspended'] as const;

export const contactSchema = z.object({
  id: idSchema,
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  phone: z.string(),
  jobTitle: z.string(),
  /** Several engineers share this mailbox (A15): warned, never an administrator. */
  shared: z.boolean(),
  receivesNotifications: z.boolean(),
  state: z.enum(contactStates),
  owner: z.boolean(),
  /** Identity's home is another account. */
  association: z.boolean(),
  self: z.boolean(),
  role: z.object({ id: idSchema, key: z.string().nullable(), name: z.string() }),
  seats: z.array(
    z.object({ seatId: idSchema, poolId: idSchema, product: productCodeSchema, productName: z.string() }),
  ),
  invitation: z.object({ sentAt: instantSchema, expiresAt: instantSchema }).nullable(),
  lastSignInAt: instantSchema.nullable(),
  createdAt: instantSchema,
  /** Optimistic lock: send it back with an edit. */
  revision: z.number().int(),
  /** What the person who asks may do with this row; the portal decides again on each call. */
  allowed: z.array(
    z.enum([
      'update',
      'delete',
      'suspend',
      'reactivate',
      'resend',
      'reset-password',
      'assign-role',
      'assign-seat',
      'withdraw-seat',
    ]),
  ),
});
export type Contact = z.infer<typeof contactSchema>;

export const contactSortSchema = z.enum(['name', 'email', 'role', 'state', 'created', 'last-sign-in']);

export const roleSchema = z.object({
  id: idSchema,
  key: z.string().nullable(),
  name: z.string(),
  permissions: z.array(permissionSchema),
  builtIn: z.boolean(),
  /** false: the person who asks lacks some of its permissions, so may not give it. */
  mayAssign: z.boolean(),
  members: z.number().int(),
});

export const poolSchema = z.object({
  id: idSchema,
  product: productCodeSchema,
  productName: z.string(),
  kind: z.enum(['named', 'floating']),
  total: z.number().int().nonnegative(),
  /** Seats assigned to contacts (named) or leases running now (floating). */
  used: z.number().int().nonnegative(),
  available: z.number().int().nonnegative(),
  /** Its term has begun and is not over: seats of it can be assigned. */
  open: z.boolean(),
  endsAt: instantSchema.nullable(),
  /** Most days that its seats are lent for; 0 = not at all, as of every named seat. */
  borrowDays: z.number().int().nonnegative(),
  buyUrl: z.string(),
});
export type Pool = z.infer<typeof poolSchema>;
