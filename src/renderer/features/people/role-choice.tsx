import { useTranslation } from 'react-i18next';
import type { assignableRoles } from '../../../contract/permissions.ts';
import { ExternalLink } from '../../components/external-link.tsx';
import { OptionCards } from '../../components/option-cards.tsx';
import { isBuiltInRole, roleName } from '../../lib/role-name.ts';
import classes from './side-panel.module.css';
import type { Role } from './use-people.ts';

type Offered = (typeof assignableRoles)[number];

/** Widest first, so that the choice reads as how much one gives. */
const order: readonly Offered[] = [
  'administrator',
  'license-manager',
  'license-installer',
  'notifications-only',
];

function isOffered(key: string | null): key is Offered {
  return order.some((role) => role === key);
}

/** Roles that may be given to this person; a mailbox of several people never administers (A15). What the person has stays in the list. */
export function assignable(roles: readonly Role[], shared: boolean, current: string | null): Role[] {
  const rank = ({ key }: Role) => (isOffered(key) ? order.indexOf(key) : order.length);
  return roles
    .filter(
      (role) =>
        role.id === current ||
        (role.mayAssign &&
          (!role.builtIn || isOffered(role.key)) &&
          !(shared && role.key === 'administrator')),
    )
    .sort((a, b) => rank(a) - rank(b));
}

/** The narrow role that most people need; nothing wider is given by not looking. */
export function recommended(roles: readonly Role[]): string | null {
  return roles.find((role) => role.key === 'license-installer')?.id ?? null;
}

/** A8: each role with what it lets a person do. */
export function RoleChoice({
  roles,
  value,
  helpUrl,
  shared,
  error,
  onChange,
}: {
  roles: readonly Role[];
  value: string | null;
  helpUrl: string | undefined;
  shared: boolean;
  error?: string | undefined;
  onChange: (id: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <OptionCards
        name="roleId"
        legend={t('people.field.role')}
        legendHidden
        dense
        value={value}
        onChange={onChange}
        error={error}
        options={roles.map((role) => ({
          value: role.id,
          title: roleName(t, role),
          text: isBuiltInRole(role.key) ? t(`people.role.${role.key}`) : t('people.role.custom'),
          badge: role.key === 'license-installer' ? t('people.role.recommended') : undefined,
        }))}
      />
      {shared && <p className={classes.note}>{t('people.role.sharedNever')}</p>}
      {helpUrl !== undefined && (
        <p className={classes.helpLine}>
          <ExternalLink href={helpUrl}>{t('people.role.help')}</ExternalLink>
        </p>
      )}
    </>
  );
}
