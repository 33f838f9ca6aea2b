import { Button } from '../../components/button.tsx';
import './people.css';
import { IconUserPlus } from '@tabler/icons-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../contract/portal/people.ts';
import { Page } from '../../components/page.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { may } from '../../lib/pages.ts';
import { useAppState } from '../../lib/window-context.tsx';
import { AddContact } from './add-contact.tsx';
import { ContactDrawer } from './contact-drawer.tsx';
import type { GridHandle } from './contacts-grid.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { DirectoryPanel } from './directory-panel.tsx';
import { type DirectoryView, wholeDirectory } from './directory-view.ts';
import { PoolSummary } from './pool-summary.tsx';
import { ResetDialog } from './reset-dialog.tsx';
import type { RowAction } from './row-menu.tsx';
import { useContactActions } from './use-contact-actions.ts';
import { useAccountId } from './use-people.ts';

/** What stands over the table. */
type Open =
  | { readonly what: 'add' }
  | { readonly what: 'contact'; readonly contact: Contact; readonly at: 'top' | 'seats' };

/** What is asked, over the table or over the panel of the same person. */
interface Asking {
  readonly what: 'delete' | 'reset';
  readonly contact: Contact;
}

/** Of the company that the person is in: another company is another page, with nothing kept of the one before. */
export default function PeoplePage() {
  return <CompanyPeople key={useAccountId()} />;
}

/** The company's directory: who is in it, with which role and seats, and what may be done about it (A1, A7, A8). */
function CompanyPeople() {
  const { t } = useTranslation();
  const format = useFormat();
  const company = useAppState((state) => state.profile?.membership.account.name ?? '');
  const mayCreate = useAppState((state) => may(state, 'contact:create'));
  const [view, setView] = useState<DirectoryView>(wholeDirectory);
  const [total, setTotal] = useState<number | null>(null);
  const [open, setOpen] = useState<Open | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  const addButton = useRef<HTMLButtonElement>(null);
  const grid = useRef<GridHandle>(null);
  const panelMenu = useRef<HTMLButtonElement>(null);
  const actions = useContactActions();

  const close = useCallback(() => setOpen(null), []);
  const asked = useCallback(() => setAsking(null), []);
  /** Where the focus goes back to: it is known when something opens, and the element may be another one by then. */
  const origin = useRef<'add' | 'grid' | null>(null);
  useEffect(() => {
    if (open !== null || asking !== null) {
      origin.current = open?.what === 'add' ? 'add' : 'grid';
      return;
    }
    const back = origin.current;
    origin.current = null;
    if (back === 'add') addButton.current?.focus();
    if (back === 'grid') grid.current?.focus();
  }, [open, asking]);

  const act = useCallback(
    (action: RowAction, contact: Contact) => {
      switch (action) {
        case 'open':
          return setOpen({ what: 'contact', contact, at: 'top' });
        case 'seats':
          return setOpen({ what: 'contact', contact, at: 'seats' });
        case 'delete':
          return setAsking({ what: 'delete', contact });
        case 'reset-password':
          return setAsking({ what: 'reset', contact });
        case 'resend':
          return void actions.resend(contact);
        case 'suspend':
          return void actions.suspend(contact);
        case 'reactivate':
          return void actions.reactivate(contact);
      }
    },
    [actions],
  );

  const add = () => setOpen({ what: 'add' });
  return (
    <Page
      wide
      title={t('page.people')}
      about={
        total === null || total === 0
          ? t('people.aboutCompany', { company })
          : t('people.about', { count: total, total: format.number(total), company })
      }
      actions={
        mayCreate && (
          <Button
            ref={addButton}
            variant="filled"
            leftSection={<IconUserPlus size={16} stroke={1.75} aria-hidden />}
            onClick={add}
          >
            {t('people.add.open')}
          </Button>
        )
      }
    >
      <PoolSummary />
      <DirectoryPanel
        view={view}
        onView={setView}
        onWhole={setTotal}
        onAction={act}
        onAdd={mayCreate ? add : null}
        grid={grid}
      />
      {open?.what === 'add' && (
        <AddContact
          onClose={close}
          onFind={(email) => {
            close();
            setView({ ...wholeDirectory, search: email });
          }}
        />
      )}
      {open?.what === 'contact' && (
        <ContactDrawer
          key={open.contact.id}
          known={open.contact}
          at={open.at}
          covered={asking !== null}
          menu={panelMenu}
          onClose={close}
          onAction={act}
        />
      )}
      {asking?.what === 'delete' && (
        <DeleteDialog contact={asking.contact} onDeleted={close} onClose={asked} returnTo={panelMenu} />
      )}
      {asking?.what === 'reset' && (
        <ResetDialog
          contact={asking.contact}
          onConfirm={() => actions.resetPassword(asking.contact)}
          onClose={asked}
          returnTo={panelMenu}
        />
      )}
    </Page>
  );
}
