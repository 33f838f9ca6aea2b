import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../contract/portal/people.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { nameOf } from './directory-view.ts';

/** D6, D9: mails a link; nobody but the person ever sees or sets the password. */
export function ResetDialog({
  contact,
  onConfirm,
  onClose,
  returnTo,
}: {
  contact: Contact;
  onConfirm: () => Promise<void>;
  onClose: () => void;
  /** Where the focus goes when the menu that opened it is gone. */
  returnTo: RefObject<HTMLElement | null>;
}) {
  const { t } = useTranslation();
  return (
    <ConfirmDialog
      title={t('people.reset.title', { name: nameOf(contact) })}
      confirm={t('people.reset.confirm')}
      onConfirm={onConfirm}
      onClose={onClose}
      returnTo={returnTo}
    >
      <p>{t('people.reset.text', { email: contact.email })}</p>
      <p>{t('people.reset.consequence')}</p>
    </ConfirmDialog>
  );
}
