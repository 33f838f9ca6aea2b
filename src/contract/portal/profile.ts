import { z } from 'zod';
import { permissionSchema } from '../permissions.ts';
import { idSchema, instantSchema, languageSchema } from '../primitives.ts';

export const identitySchema = z.object({
  id: idSchema,
  email: z.string(),
  name: z.string(),
  language: languageSchema,
});
export const accountSchema = z.object({ id: idSchema, name: z.string() });
export const membershipSchema = z.object({
  account: accountSchema,
  roleName: z.string(),
  roleKey: z.string().nullable(),
  /** true when the identity's home is another account. */
  association: z.boolean(),
});

/** Who is signed in, where, and what they may do: what the window hides by, and the portal refuses by. */
export const profileSchema = z.object({
  identity: identitySchema,
  membership: membershipSchema,
  permissions: z.array(permissionSchema),
  accounts: z.array(membershipSchema),
  sessionId: idSchema,
  /** When the session ends, used or not; a sign-in on the same device begins its time anew. Portals before this field leave it out. */
  sessionEndsAt: instantSchema.optional(),
});
export type Profile = z.infer<typeof profileSchema>;
