import {
  assignableRoles,
  type BuiltInRole,
  builtInRoles,
  type Permission,
  permissions,
} from '../contract/permissions.ts';

/** The one permission that the owner flag adds and no role gives. */
export const ownerPermission = 'account:transfer-owner' satisfies Permission;

const everything = permissions.filter((permission) => permission !== ownerPermission);

/**
 * What each built-in role may do, as data. Built-in roles are immutable; editing one clones it.
 *
 * - `owner`: the primary contact. A flag that is transferred, never a role that is given.
 * - `administrator`: the same as the main account, except passing on the owner flag (A9, B9).
 * - `finance`: everything but subscriptions and users: sees them, changes neither (B10).
 * - `license-manager`: installs and manages licenses and seats, cannot change company data (A10).
 * - `license-installer`: the recommended narrow preset, also the role of an engineer (A13, A16).
 * - `auditor`: reads everything that explains what happened, changes nothing.
 * - `notifications-only`: no access to the panel, receives notifications (B11).
 */
export const builtInPermissions: { readonly [role in BuiltInRole]: readonly Permission[] } = {
  owner: permissions,
  administrator: everything,
  finance: [
    'account:read',
    'account:update',
    'contact:read',
    'member:read',
    'role:read',
    'seat:read',
    'license:read',
    'software:read',
    'domain:read',
    'customer:read',
    'audit:read',
    'billing:read',
    'billing:manage',
    'notification:receive',
  ],
  'license-manager': [
    'account:read',
    'contact:read',
    'member:read',
    'role:read',
    'seat:read',
    'seat:assign',
    'seat:withdraw',
    'seat:reclaim',
    'license:read',
    'license:activate',
    'license:deactivate',
    'software:read',
    'software:download',
    'notification:receive',
  ],
  'license-installer': [
    'license:read',
    'license:activate',
    'software:read',
    'software:download',
    'notification:receive',
  ],
  auditor: [
    'account:read',
    'contact:read',
    'member:read',
    'role:read',
    'invitation:read',
    'seat:read',
    'license:read',
    'software:read',
    'domain:read',
    'audit:read',
    'audit:export',
    'customer:read',
    'session:read',
    'billing:read',
    'notification:receive',
  ],
  'notifications-only': ['notification:receive'],
};

/** English names, for the log and the API; the window translates by the role's key. */
export const builtInNames: { readonly [role in BuiltInRole]: string } = {
  owner: 'Owner',
  administrator: 'Administrator',
  finance: 'Finance',
  'license-manager': 'License software and management',
  'license-installer': 'License installer',
  auditor: 'Auditor',
  'notifications-only': 'Notifications only',
};

/** Position of a built-in role in a list, most powerful first. */
export function builtInOrder(role: BuiltInRole): number {
  return builtInRoles.indexOf(role);
}

/** True when the role may be given to a contact; of the built-in ones, see `assignableRoles`. Custom roles (`null`) may. */
export function isAssignable(key: BuiltInRole | null): boolean {
  return key === null || (assignableRoles as readonly BuiltInRole[]).includes(key);
}

/**
 * What a member may do: the permissions of the role, and with the owner flag everything.
 * Unknown words (a permission that a later version took away) are dropped: deny by default.
 */
export function effectivePermissions(role: readonly string[], owner: boolean): ReadonlySet<Permission> {
  if (owner) return new Set(permissions);
  const given = new Set(role);
  return new Set(permissions.filter((permission) => permission !== ownerPermission && given.has(permission)));
}

/** Full permissions: what the rule of the last administrator counts. The owner flag is not needed. */
export function isAdministrator(held: ReadonlySet<Permission>): boolean {
  return everything.every((permission) => held.has(permission));
}

/** False for a role that only receives notifications (B11): its holder has no way into the panel and gets no activation. */
export function givesAccess(held: ReadonlySet<Permission>): boolean {
  for (const permission of held) if (permission !== 'notification:receive') return true;
  return false;
}
