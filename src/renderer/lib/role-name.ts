import type { TFunction } from 'i18next';
import type { BuiltInRole } from '../../contract/permissions.ts';

const builtIn: Readonly<Record<BuiltInRole, true>> = {
  owner: true,
  administrator: true,
  finance: true,
  'license-manager': true,
  'license-installer': true,
  auditor: true,
  'notifications-only': true,
};

export function isBuiltInRole(key: string | null): key is BuiltInRole {
  return key !== null && Object.hasOwn(builtIn, key);
}

/** Built-in roles speak the window's language; a company's own keep the name that it gave them. */
export function roleName(t: TFunction, role: { key: string | null; name: string }): string {
  return isBuiltInRole(role.key) ? t(`role.${role.key}.name`) : role.name;
}
