import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { permissions } from '../contract/permissions.ts';
import { canAdminister, removesLastAdministrator, type Standing } from './last-administrator.ts';
import { builtInPermissions, effectivePermissions } from './roles.ts';

const full = effectivePermissions(builtInPermissions.administrator, false);
const installer = effectivePermissions(builtInPermissions['license-installer'], false);
const administrator: Standing = { permissions: full, active: true, hasPassword: true };

describe('the last administrator', () => {
  test.each([
    ['an active one with a password', administrator, true],
    ['one who was only invited', { ...administrator, active: false }, false],
    ['one without a password', { ...administrator, hasPassword: false }, false],
    ['an engineer', { ...administrator, permissions: installer }, false],
  ])('%s counts: %s', (_who, standing, counts) => {
    expect(canAdminister(standing)).toBe(counts);
  });

  test.each([
    ['is deleted', null, true],
    ['is suspended', { ...administrator, active: false }, true],
    ['is demoted', { ...administrator, permissions: installer }, true],
    ['gets another name', administrator, false],
    ['becomes the owner', { ...administrator, permissions: new Set(permissions) }, false],
  ])('the only one %s: refused %s', (_change, after, refused) => {
    expect(removesLastAdministrator(administrator, after, 0)).toBe(refused);
    expect(removesLastAdministrator(administrator, after, 1)).toBe(false);
  });

  test('whoever does not count can always go', () => {
    expect(removesLastAdministrator({ ...administrator, hasPassword: false }, null, 0)).toBe(false);
  });

  test('after any sequence of accepted changes somebody can still administer', () => {
    const standing = fc.record({
      permissions: fc.constantFrom(full, installer),
      active: fc.boolean(),
      hasPassword: fc.boolean(),
    });
    const change = fc.tuple(fc.nat(5), fc.option(standing));
    fc.assert(
      fc.property(
        fc.array(standing, { maxLength: 5 }),
        fc.array(change, { maxLength: 20 }),
        (start, changes) => {
          const members: (Standing | null)[] = [administrator, ...start];
          for (const [index, after] of changes) {
            const before = members[index];
            if (before === null || before === undefined) continue;
            const others = members.filter(
              (member, at) => at !== index && member !== null && canAdminister(member),
            ).length;
            if (!removesLastAdministrator(before, after, others)) members[index] = after;
          }
          expect(members.some((member) => member !== null && canAdminister(member))).toBe(true);
        },
      ),
    );
  });
});
