import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BuiltInRole, builtInRoles, type Permission, permissions } from '../contract/permissions.ts';
import { contactStates } from '../contract/portal/people.ts';
import {
  type Actor,
  allowedActions,
  type ContactAction,
  can,
  grantRefusal,
  mayGrant,
  mayTouch,
  refusal,
  type Target,
} from './permissions.ts';
import { builtInPermissions, effectivePermissions, isAdministrator } from './roles.ts';

const held = (role: BuiltInRole) => effectivePermissions(builtInPermissions[role], role === 'owner');
const actor = (role: BuiltInRole): Actor => ({ permissions: held(role) });
const target = (role: BuiltInRole, change: Partial<Target> = {}): Target => ({
  permissions: held(role),
  owner: role === 'owner',
  self: false,
  state: 'active',
  seats: 1,
  ...change,
});

const actions: readonly ContactAction[] = [
  'update',
  'delete',
  'suspend',
  'reactivate',
  'resend',
  'reset-password',
  'assign-role',
  'assign-seat',
  'withdraw-seat',
];

/** Every role that asks x every action, about an active engineer: `yes`, or the refusal. */
const matrix: { readonly [role in BuiltInRole]: readonly string[] } = {
  // update, delete, suspend, reactivate, resend, reset-password, assign-role, assign-seat, withdraw-seat
  owner: ['yes', 'yes', 'yes', 'yes', 'invitation-not-pending', 'yes', 'yes', 'yes', 'yes'],
  administrator: ['yes', 'yes', 'yes', 'yes', 'invitation-not-pending', 'yes', 'yes', 'yes', 'yes'],
  finance: Array(9).fill('forbidden'),
  'license-manager': [...Array(7).fill('forbidden'), 'yes', 'yes'],
  'license-installer': Array(9).fill('forbidden'),
  auditor: Array(9).fill('forbidden'),
  'notifications-only': Array(9).fill('forbidden'),
};

describe('refusal', () => {
  describe.each(builtInRoles)('A10, B9: %s about an engineer', (role) => {
    test.each(actions.map((action, index) => [action, matrix[role][index]]))('%s: %s', (action, expected) => {
      expect(refusal(actor(role), action as ContactAction, target('license-installer')) ?? 'yes').toBe(
        expected,
      );
    });
  });

  test.each(actions)('%s is opened by its own permissions alone, each of them needed', (action) => {
    const opens = (held: readonly Permission[]) =>
      refusal({ permissions: new Set(held) }, action, target('license-installer')) !== 'forbidden';
    const needed = permissions.filter(
      (left) => !opens(permissions.filter((permission) => permission !== left)),
    );
    expect(needed).toEqual(
      action === 'assign-role' ? ['contact:update', 'member:assign-role'] : [expect.any(String)],
    );
    expect(opens(needed)).toBe(true);
  });

  test.each([
    ['delete', 'owner-protected'],
    ['suspend', 'owner-protected'],
    ['assign-role', 'owner-protected'],
    ['update', 'target-outranks-actor'],
    ['reset-password', 'target-outranks-actor'],
  ] as const)('an administrator may not %s the owner: %s', (action, code) => {
    expect(refusal(actor('administrator'), action, target('owner'))).toBe(code);
  });

  test.each(['delete', 'suspend', 'assign-role'] as const)(
    'not even the owner may %s the owner',
    (action) => {
      expect(refusal(actor('owner'), action, target('owner', { self: true }))).toBe('owner-protected');
    },
  );

  test.each(['delete', 'suspend', 'assign-role'] as const)('nobody may %s themselves', (action) => {
    expect(refusal(actor('administrator'), action, target('administrator', { self: true }))).toBe(
      'self-not-allowed',
    );
  });

  test('an administrator may edit another administrator and themselves', () => {
    expect(refusal(actor('administrator'), 'update', target('administrator'))).toBeNull();
    expect(refusal(actor('administrator'), 'update', target('administrator', { self: true }))).toBeNull();
  });

  test('somebody who may edit contacts but not read the audit cannot touch who reads it', () => {
    const clerk: Actor = {
      permissions: new Set<Permission>(['contact:read', 'contact:update', 'notification:receive']),
    };
    expect(refusal(clerk, 'update', target('notifications-only'))).toBeNull();
    expect(refusal(clerk, 'update', target('auditor'))).toBe('target-outranks-actor');
  });

  test('E8: a license manager gives a seat to an administrator, who outranks them', () => {
    expect(refusal(actor('license-manager'), 'assign-seat', target('owner'))).toBeNull();
    expect(refusal(actor('license-manager'), 'assign-seat', target('owner', { state: 'suspended' }))).toBe(
      'contact-suspended',
    );
  });

  test.each(contactStates)('resend and reset-password of a contact that is %s', (state) => {
    const about = target('license-installer', { state });
    const pending = state === 'invited' || state === 'expired';
    expect(refusal(actor('administrator'), 'resend', about)).toBe(pending ? null : 'invitation-not-pending');
    const reset = { suspended: 'contact-suspended', 'no-access': 'contact-without-access' } as const;
    expect(refusal(actor('administrator'), 'reset-password', about)).toBe(
      state === 'suspended' || state === 'no-access' ? reset[state] : null,
    );
  });

  test('B11: there is no access to suspend for who only receives notifications', () => {
    const about = target('notifications-only', { state: 'no-access' });
    expect(refusal(actor('administrator'), 'suspend', about)).toBe('contact-without-access');
    expect(allowedActions(actor('administrator'), about)).toEqual([
      'update',
      'delete',
      'assign-role',
      'assign-seat',
      'withdraw-seat',
    ]);
  });

  test('an invitation to a role that exceeds the actor is not mailed again', () => {
    const clerk: Actor = { permissions: new Set<Permission>(['invitation:resend']) };
    expect(refusal(clerk, 'resend', target('license-installer', { state: 'expired' }))).toBe(
      'role-exceeds-own',
    );
  });
});

describe('allowedActions', () => {
  test('offers what would change something', () => {
    const administrator = actor('administrator');
    expect(allowedActions(administrator, target('license-installer', { seats: 0 }))).toEqual([
      'update',
      'delete',
      'suspend',
      'reset-password',
      'assign-role',
      'assign-seat',
    ]);
    expect(allowedActions(administrator, target('license-installer', { state: 'suspended' }))).toEqual([
      'update',
      'delete',
      'reactivate',
      'assign-role',
      'withdraw-seat',
    ]);
    for (const state of ['invited', 'expired'] as const)
      expect(allowedActions(administrator, target('license-installer', { state, seats: 0 }))).toEqual([
        'update',
        'delete',
        'suspend',
        'resend',
        'assign-role',
        'assign-seat',
      ]);
    expect(allowedActions(administrator, target('administrator', { self: true }))).toEqual([
      'update',
      'reset-password',
      'assign-seat',
      'withdraw-seat',
    ]);
  });

  test('offers nothing to who only receives notifications', () => {
    for (const role of builtInRoles)
      expect(allowedActions(actor('notifications-only'), target(role))).toEqual([]);
  });

  test('never offers what is refused, for any actor and target', () => {
    fc.assert(
      fc.property(anyPermissions, anyTarget, (own, about) => {
        for (const action of allowedActions({ permissions: own }, about))
          expect(refusal({ permissions: own }, action, about)).toBeNull();
      }),
    );
  });
});

const anyPermissions = fc.subarray([...permissions]).map((list) => new Set(list));
/** Three sets, each within the one before. */
const anyNestedPermissions = fc
  .subarray([...permissions])
  .chain((first) =>
    fc.subarray(first).chain((second) => fc.subarray(second).map((third) => [first, second, third] as const)),
  )
  .map((lists) => lists.map((list) => new Set(list)) as [Set<Permission>, Set<Permission>, Set<Permission>]);
const anyTarget: fc.Arbitrary<Target> = fc.record({
  permissions: anyPermissions,
  owner: fc.boolean(),
  self: fc.boolean(),
  state: fc.constantFrom(...contactStates),
  seats: fc.nat(3),
});

describe('granting', () => {
  test('nobody grants what they lack, for any two sets', () => {
    fc.assert(
      fc.property(anyPermissions, anyPermissions, (own, granted) => {
        const lacks = [...granted].some((permission) => !own.has(permission));
        expect(mayGrant({ permissions: own }, granted)).toBe(!lacks);
        expect(mayTouch({ permissions: own }, { permissions: granted })).toBe(!lacks);
      }),
    );
  });

  test('who may grant to somebody that grants on may grant it themselves', () => {
    fc.assert(
      fc.property(anyNestedPermissions, ([first, second, third]) => {
        expect(mayGrant({ permissions: first }, second)).toBe(true);
        expect(mayGrant({ permissions: second }, third)).toBe(true);
        expect(mayGrant({ permissions: first }, third)).toBe(true);
      }),
    );
  });

  test('one permission more never takes an action away, and one less never adds one', () => {
    fc.assert(
      fc.property(anyPermissions, fc.constantFrom(...permissions), anyTarget, (own, more, about) => {
        const before = allowedActions({ permissions: own }, about);
        const after = allowedActions({ permissions: new Set([...own, more]) }, about);
        expect(after).toEqual(expect.arrayContaining(before));
      }),
    );
  });

  test('without its permission an action is forbidden, for any target', () => {
    fc.assert(
      fc.property(anyTarget, fc.constantFrom(...actions), (about, action) => {
        expect(refusal({ permissions: new Set() }, action, about)).toBe('forbidden');
      }),
    );
  });

  test('A15: a mailbox of several people is never an administrator', () => {
    expect(grantRefusal(actor('owner'), held('administrator'), true)).toBe(
      'shared-identity-not-administrator',
    );
    expect(grantRefusal(actor('owner'), held('administrator'), false)).toBeNull();
    expect(grantRefusal(actor('administrator'), held('license-installer'), true)).toBeNull();
    expect(isAdministrator(held('license-manager'))).toBe(false);
  });

  test.each([
    ['administrator', 'owner', 'role-exceeds-own'],
    ['administrator', 'administrator', null],
    ['license-manager', 'administrator', 'role-exceeds-own'],
    ['license-manager', 'license-installer', null],
    ['auditor', 'finance', 'role-exceeds-own'],
    ['notifications-only', 'license-installer', 'role-exceeds-own'],
  ] as const)('%s gives %s: %s', (own, given, code) => {
    expect(grantRefusal(actor(own), held(given), false)).toBe(code);
  });

  test('can() knows only what is listed', () => {
    for (const role of builtInRoles)
      for (const permission of permissions)
        expect(can(actor(role), permission)).toBe(builtInPermissions[role].includes(permission));
  });
});
