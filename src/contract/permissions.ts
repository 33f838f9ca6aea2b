import { z } from 'zod';

/** `resource:action`, the whole vocabulary. Deny by default: what is not listed does not exist. */
export const permissions = [
  'account:read',
  'account:update',
  'account:transfer-owner',
  'contact:read',
  'contact:create',
  'contact:update',
  'contact:delete',
  'contact:export',
  'member:read',
  'member:suspend',
  'member:reset-password',
  'member:assign-role',
  'role:read',
  'role:create',
  'role:update',
  'role:delete',
  'invitation:read',
  'invitation:create',
  'invitation:resend',
  'invitation:revoke',
  'seat:read',
  'seat:assign',
  'seat:withdraw',
  'seat:reclaim',
  'seat:lend',
  'license:read',
  'license:activate',
  'license:deactivate',
  'software:read',
  'software:download',
  'domain:read',
  'domain:manage',
  'audit:read',
  'audit:export',
  'customer:read',
  'customer:manage',
  'session:read',
  'session:end',
  'impersonation:start',
  'billing:read',
  'billing:manage',
  'notification:receive',
] as const;

export const permissionSchema = z.enum(permissions);
export type Permission = z.infer<typeof permissionSchema>;

export const builtInRoles = [
  'owner',
  'administrator',
  'finance',
  'license-manager',
  'license-installer',
  'auditor',
  'notifications-only',
] as const;
export const builtInRoleSchema = z.enum(builtInRoles);
export type BuiltInRole = z.infer<typeof builtInRoleSchema>;

/** Roles that may be given to a contact today; `owner` is a flag that is transferred, never given. */
export const assignableRoles = [
  'administrator',
  'license-manager',
  'license-installer',
  'notifications-only',
] as const;
