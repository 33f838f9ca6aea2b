import type { ErrorCode } from '../contract/errors.ts';
import type { Permission } from '../contract/permissions.ts';
import type { Contact } from '../contract/portal/people.ts';
import { isAdministrator } from './roles.ts';

/** Who asks: what the request's member may do in the account that the request is about. */
export interface Actor {
  readonly permissions: ReadonlySet<Permission>;
}

/** Whom it is about. */
export interface Target {
  /** Effective permissions, the owner flag included. */
  readonly permissions: ReadonlySet<Permission>;
  readonly owner: boolean;
  /** The actor's own row. */
  readonly self: boolean;
  readonly state: Contact['state'];
  /** Named seats held. */
  readonly seats: number;
}

/** What can be done with a row of the directory. */
export type ContactAction = Contact['allowed'][number];

/** Deny by default: an actor may do what is listed and nothing else. */
export function can(actor: Actor, permission: Permission): boolean {
  return actor.permissions.has(permission);
}

/**
 * Nobody grants what they lack: every way of giving permissions (invite, assign, clone, import) asks this.
 *
 * @param granted all permissions that the role would give
 */
export function mayGrant(actor: Actor, granted: Iterable<Permission>): boolean {
  for (const permission of granted) if (!actor.permissions.has(permission)) return false;
  return true;
}

/** Somebody with a permission that the actor lacks cannot be changed, suspended, reset or removed by that actor. */
export function mayTouch(actor: Actor, target: Pick<Target, 'permissions'>): boolean {
  return mayGrant(actor, target.permissions);
}

interface Rule {
  /** All of them are needed. */
  readonly permissions: readonly Permission[];
  /** What an actor with fewer permissions than the target is told; seats are given to anybody, whatever their role (E8). */
  readonly outranked: 'target-outranks-actor' | 'role-exceeds-own' | null;
  /** Nobody does this to themselves. */
  readonly notSelf: boolean;
  /** The owner's flag has to be transferred first. */
  readonly notOwner: boolean;
  /** The refusal that the target's own state causes, if any. */
  readonly state: (target: Target) => ErrorCode | null;
}

const always = () => null;
const withAccess = ({ state }: Target) => (state === 'no-access' ? 'contact-without-access' : null);
const isPending = (state: Contact['state']) => state === 'invited' || state === 'expired';

/** One rule per action; `refusal` applies them, and both the row's `allowed` and each procedure ask `refusal`. */
const rules: { readonly [action in ContactAction]: Rule } = {
  update: {
    permissions: ['contact:update'],
    outranked: 'target-outranks-actor',
    notSelf: false,
    notOwner: false,
    state: always,
  },
  delete: {
    permissions: ['contact:delete'],
    outranked: 'target-outranks-actor',
    notSelf: true,
    notOwner: true,
    state: always,
  },
  suspend: {
    permissions: ['member:suspend'],
    outranked: 'target-outranks-actor',
    notSelf: true,
    notOwner: true,
    state: withAccess,
  },
  reactivate: {
    permissions: ['member:suspend'],
    outranked: 'target-outranks-actor',
    notSelf: false,
    notOwner: false,
    state: always,
  },
  resend: {
    permissions: ['invitation:resend'],
    outranked: 'role-exceeds-own',
    notSelf: false,
    notOwner: false,
    state: (target) => (isPending(target.state) ? null : 'invitation-not-pending'),
  },
  'reset-password': {
    permissions: ['member:reset-password'],
    outranked: 'target-outranks-actor',
    notSelf: false,
    notOwner: false,
    state: (target) => {
      if (target.state === 'suspended') return 'contact-suspended';
      return withAccess(target);
    },
  },
  'assign-role': {
    permissions: ['contact:update', 'member:assign-role'],
    outranked: 'target-outranks-actor',
    notSelf: true,
    notOwner: true,
    state: always,
  },
  'assign-seat': {
    permissions: ['seat:assign'],
    outranked: null,
    notSelf: false,
    notOwner: false,
    state: (target) => (target.state === 'suspended' ? 'contact-suspended' : null),
  },
  'withdraw-seat': {
    permissions: ['seat:withdraw'],
    outranked: null,
    notSelf: false,
    notOwner: false,
    state: always,
  },
};

const actions = Object.keys(rules) as ContactAction[];

/**
 * Why the actor may not do this to the target; null when they may. What depends on other rows (the last administrator, free seats)
 * and on time (step-up, resend limits) is decided where those are known.
 */
export function refusal(actor: Actor, action: ContactAction, target: Target): ErrorCode | null {
  const rule = rules[action];
  if (!rule.permissions.every((permission) => can(actor, permission))) return 'forbidden';
  if (rule.notOwner && target.owner) return 'owner-protected';
  if (rule.notSelf && target.self) return 'self-not-allowed';
  if (rule.outranked !== null && !mayTouch(actor, target)) return rule.outranked;
  return rule.state(target);
}

/**
 * What the actor may do with this row now, for its menu. Actions that are permitted but change nothing
 * (suspending a suspended contact, withdrawing from somebody without a seat), or not what their name says, are left out.
 */
export function allowedActions(actor: Actor, target: Target): ContactAction[] {
  return actions.filter((action) => !isIdle(action, target) && refusal(actor, action, target) === null);
}

function isIdle(action: ContactAction, target: Target): boolean {
  switch (action) {
    case 'suspend':
      return target.state === 'suspended';
    case 'reactivate':
      return target.state !== 'suspended';
    case 'withdraw-seat':
      return target.seats === 0;
    // There is no password to set anew: it would mail the invitation again, which is what `resend` is called.
    case 'reset-password':
      return isPending(target.state);
    default:
      return false;
  }
}

/**
 * Whether a role may be given to a contact.
 *
 * @param granted effective permissions of the role
 * @param shared the contact is a mailbox of several people (A15), never an administrator
 */
export function grantRefusal(
  actor: Actor,
  granted: ReadonlySet<Permission>,
  shared: boolean,
): 'role-exceeds-own' | 'shared-identity-not-administrator' | null {
  if (!mayGrant(actor, granted)) return 'role-exceeds-own';
  return shared && isAdministrator(granted) ? 'shared-identity-not-administrator' : null;
}
