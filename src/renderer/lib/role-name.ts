import type { TFunction } from 'i18next';
import type { BuiltInRole } from '../../contract/permissions.ts';

const builtIn: readonly BuiltInRole[] = [
  'owner',
  'administrator',
  'finance',
  'license-manager',
  'license-installer',
  'auditor',
  'notifications-only',
];

export function isBuiltInRole(key: string | null): key is BuiltInRole {
  return builtIn.some((role) => role === key);
}

/** Built-in roles speak the window's language; a company's own keep the name that it gave them. */
export function roleName(t: TFunction, role: { key: string | null; name: string }): string {
  return isBuiltInRole(role.key) ? t(`role.${role.key}.name`) : role.name;
}
