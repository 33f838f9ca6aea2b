import { Menu } from '@mantine/core';
import {
  IconDots,
  IconKey,
  IconMailForward,
  IconTicket,
  IconTrash,
  IconUserCheck,
  IconUserEdit,
  IconUserPause,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../contract/portal/people.ts';
import classes from './contacts-grid.module.css';
import { nameOf } from './directory-view.ts';

export type RowAction = 'open' | 'seats' | 'resend' | 'reset-password' | 'suspend' | 'reactivate' | 'delete';

const icons = {
  open: IconUserEdit,
  seats: IconTicket,
  resend: IconMailForward,
  'reset-password': IconKey,
  suspend: IconUserPause,
  reactivate: IconUserCheck,
  delete: IconTrash,
} satisfies Record<RowAction, unknown>;

const whole: readonly RowAction[] = [
  'open',
  'seats',
  'resend',
  'reset-password',
  'suspend',
  'reactivate',
  'delete',
];

/** What the portal says may be done with this contact; nothing else is offered. */
export function actionsFor({ allowed }: Pick<Contact, 'allowed'>): readonly RowAction[] {
  return whole.filter((action) => {
    if (action === 'open') return true;
    if (action === 'seats') return allowed.includes('assign-seat') || allowed.includes('withdraw-seat');
    return allowed.includes(action);
  });
}

export function RowMenu({
  contact,
  opened,
  focusable,
  onOpened,
  onAction,
}: {
  contact: Contact;
  opened: boolean;
  /** In the tab order: the button of the row that has it. */
  focusable: boolean;
  onOpened: (opened: boolean) => void;
  onAction: (action: RowAction, contact: Contact) => void;
}) {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-end" width={232} opened={opened} onChange={onOpened}>
      <Menu.Target>
        <button
          type="button"
          className={classes.more}
          tabIndex={focusable ? 0 : -1}
          aria-label={t('people.actionsOf', { name: nameOf(contact) })}
        >
          <IconDots size={18} stroke={1.75} aria-hidden />
        </button>
      </Menu.Target>
      {/* There before it opens: only so does it know where the focus goes back to. */}
      {(opened || focusable) && (
        <Menu.Dropdown>
          <MenuItems contact={contact} onAction={onAction} />
        </Menu.Dropdown>
      )}
    </Menu>
  );
}

/** The same in the table and in the contact's own panel. */
export function MenuItems({
  contact,
  without = [],
  onAction,
}: {
  contact: Contact;
  without?: readonly RowAction[];
  onAction: (action: RowAction, contact: Contact) => void;
}) {
  const { t } = useTranslation();
  return actionsFor(contact)
    .filter((action) => !without.includes(action))
    .map((action, index) => {
      const Icon = icons[action];
      return [
        action === 'delete' && index > 0 ? <Menu.Divider key="divider" /> : null,
        <Menu.Item
          key={action}
          {...(action === 'delete' ? { color: 'danger' } : {})}
          leftSection={<Icon size={16} stroke={1.75} aria-hidden />}
          onClick={() => onAction(action, contact)}
        >
          {action === 'open' && !contact.allowed.includes('update')
            ? t('people.action.view')
            : t(`people.action.${action}`)}
        </Menu.Item>,
      ];
    });
}
