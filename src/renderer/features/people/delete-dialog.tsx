import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../contract/portal/people.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { useToast } from '../../components/toasts.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { useClient } from '../../lib/window-context.tsx';
import { nameOf } from './directory-view.ts';
import { usePeopleCache } from './use-people.ts';

/** What the person has of the company, and loses. */
function loses({ state }: Contact): 'access' | 'invitation' | 'entry' {
  if (state === 'invited' || state === 'expired') return 'invitation';
  return state === 'no-access' ? 'entry' : 'access';
}

/** D10: says what goes with the person, and asks for the own password. */
export function DeleteDialog({
  contact,
  onDeleted,
  onClose,
  returnTo,
}: {
  contact: Contact;
  onDeleted: () => void;
  onClose: () => void;
  /** Where the focus goes when the menu that opened it is gone. */
  returnTo: RefObject<HTMLElement | null>;
}) {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const cache = usePeopleCache();
  const format = useFormat();
  const products = contact.seats.map((seat) => seat.productName);
  const name = nameOf(contact);

  async function remove() {
    await client.people.deleteContact({ id: contact.id });
    cache.rowsChanged();
    if (products.length > 0) cache.seatsChanged();
    toast.show({ text: t('people.delete.done', { name }) });
    onDeleted();
  }

  return (
    <ConfirmDialog
      title={t('people.delete.title', { name })}
      confirm={t('people.delete.confirm')}
      danger
      password
      onConfirm={remove}
      onClose={onClose}
      returnTo={returnTo}
    >
      <p>{t(`people.delete.${loses(contact)}`, { name, email: contact.email })}</p>
      <p>
        {products.length > 0
          ? t('people.delete.seats', { count: products.length, products: format.list(products) })
          : t('people.delete.noSeats')}
      </p>
    </ConfirmDialog>
  );
}
