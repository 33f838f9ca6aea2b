import { describe, expect, test } from 'vitest';
import { assignableRoles, builtInRoles, type Permission, permissions } from '../contract/permissions.ts';
import {
  builtInOrder,
  builtInPermissions,
  effectivePermissions,
  givesAccess,
  isAdministrator,
  isAssignable,
} from './roles.ts';

const held = (role: (typeof builtInRoles)[number]) =>
  effectivePermissions(builtInPermissions[role], role === 'owner');
const resources = (role: (typeof builtInRoles)[number], verb: RegExp) =>
  builtInPermissions[role]
    .filter((permission) => verb.test(permission))
    .map((permission) => permission.split(':')[0]);
const changes = /:(?!read|download|receive|export)/;

describe('built-in roles', () => {
  test('A9, B9: an administrator may do all that the main account may, except pass on the owner flag', () => {
    const missing = [...held('owner')].filter((permission) => !held('administrator').has(permission));
    expect(missing).toEqual(['account:transfer-owner']);
    expect([...held('owner')]).toEqual([...permissions]);
  });

  test('A10: "License software and management" changes licenses and seats and nothing else', () => {
    expect(new Set(resources('license-manager', changes))).toEqual(new Set(['license', 'seat']));
    expect(held('license-manager')).toContain('software:download');
    expect(held('license-manager')).not.toContain('account:update');
    expect(held('license-manager')).not.toContain('contact:update');
  });

  test('A13: the installer preset is narrower: downloads and activates', () => {
    expect(builtInPermissions['license-installer'].toSorted()).toEqual([
      'license:activate',
      'license:read',
      'notification:receive',
      'software:download',
      'software:read',
    ]);
    const manager = held('license-manager');
    expect(builtInPermissions['license-installer'].every((permission) => manager.has(permission))).toBe(true);
  });

  test('B10: finance sees users and subscriptions and changes neither', () => {
    expect(new Set(resources('finance', changes))).toEqual(new Set(['account', 'billing']));
  });

  test('an auditor changes nothing', () => {
    expect(resources('auditor', changes)).toEqual([]);
  });

  test('B11: "Notifications only" has no way in', () => {
    expect([...held('notifications-only')]).toEqual(['notification:receive']);
    expect(builtInRoles.filter((role) => !givesAccess(held(role)))).toEqual(['notifications-only']);
  });

  test('only owner and administrator are full administrators', () => {
    expect(builtInRoles.filter((role) => isAdministrator(held(role)))).toEqual(['owner', 'administrator']);
  });

  test('one permission less is not an administrator', () => {
    for (const permission of held('administrator')) {
      const less = new Set(held('administrator'));
      less.delete(permission);
      expect(isAdministrator(less)).toBe(false);
    }
  });

  test('no role names a permission twice or one that does not exist', () => {
    for (const role of builtInRoles) {
      const list: readonly Permission[] = builtInPermissions[role];
      expect(new Set(list).size).toBe(list.length);
      expect(list.every((permission) => permissions.includes(permission))).toBe(true);
    }
  });

  test('the owner role is never given, the others of this version are', () => {
    expect(builtInRoles.filter(isAssignable).toSorted()).toEqual(assignableRoles.toSorted());
    expect(isAssignable(null)).toBe(true);
  });

  test('lists start with the most powerful role', () => {
    expect(builtInOrder('owner')).toBe(0);
    expect(builtInOrder('administrator')).toBeLessThan(builtInOrder('license-installer'));
  });
});

describe('effectivePermissions', () => {
  test('drops words that no permission has', () => {
    expect([...effectivePermissions(['license:read', 'license:everything', '*'], false)]).toEqual([
      'license:read',
    ]);
  });

  test('the owner flag alone gives everything, and no role gives what the flag gives', () => {
    expect(effectivePermissions([], true).size).toBe(permissions.length);
    expect(effectivePermissions(permissions, false).has('account:transfer-owner')).toBe(false);
  });
});
