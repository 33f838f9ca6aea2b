import type { BuiltInRole } from '../contract/permissions.ts';
import type { CliKey, Context } from './context.ts';

const builtIn: Readonly<Record<BuiltInRole, CliKey>> = {
  owner: 'roles.owner',
  administrator: 'roles.administrator',
  finance: 'roles.finance',
  'license-manager': 'roles.license-manager',
  'license-installer': 'roles.license-installer',
  auditor: 'roles.auditor',
  'notifications-only': 'roles.notifications-only',
};

/** Built-in roles speak the person's language; a company's own keep the name that it gave them. */
export function roleName({ t }: Pick<Context, 't'>, key: string | null, name: string): string {
  return key !== null && Object.hasOwn(builtIn, key) ? t(builtIn[key as BuiltInRole]) : name;
}
