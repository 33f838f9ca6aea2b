import { Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../contract/portal/people.ts';
import { Button } from '../../components/button.tsx';
import { useStepUp } from '../../components/step-up.tsx';
import { useToast } from '../../components/toasts.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { initialsOf } from '../../lib/initials.ts';
import { may as mayDo } from '../../lib/pages.ts';
import { toTrouble } from '../../lib/problem.ts';
import { useAction } from '../../lib/use-action.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import { ContactAccess } from './contact-access.tsx';
import { ContactConflict } from './contact-conflict.tsx';
import { changesOf, type Difference, differences, type Editable, editableOf } from './contact-edit.ts';
import { type FieldErrors, MailFields, NameFields, refusedFields, WorkFields } from './contact-fields.tsx';
import { ContactSeats } from './contact-seats.tsx';
import { nameOf } from './directory-view.ts';
import { Loaded } from './loaded.tsx';
import { assignable, RoleChoice } from './role-choice.tsx';
import { actionsFor, MenuItems, type RowAction } from './row-menu.tsx';
import classes from './side-panel.module.css';
import { PanelSection, SidePanel } from './side-panel.tsx';
import { useContact, usePeopleCache, useRoles } from './use-people.ts';

const elsewhere: readonly RowAction[] = ['open', 'seats'];

/** A contact's details, and what may be changed of them (A2, D8). What somebody else saves meanwhile is shown, and nothing typed is lost. */
export function ContactDrawer({
  known,
  at,
  covered,
  menu: menuButton,
  onClose,
  onAction,
}: {
  known: Contact;
  at: 'top' | 'seats';
  /** Another dialog asks about this person. */
  covered: boolean;
  /** The button of the actions that are no edits. */
  menu: RefObject<HTMLButtonElement | null>;
  onClose: () => void;
  onAction: (action: RowAction, contact: Contact) => void;
}) {
  const { t } = useTranslation();
  const client = useClient();
  const stepUp = useStepUp();
  const toast = useToast();
  const cache = usePeopleCache();
  const action = useAction();
  const rolesQuery = useRoles();
  const roles = rolesQuery.data;
  const mayReadRoles = useAppState((state) => mayDo(state, 'role:read'));
  const query = useContact(known);
  const [base, setBase] = useState(known);
  const [typed, setTyped] = useState<Partial<Editable>>({});
  const [errors, setErrors] = useState<FieldErrors>({});
  const [conflict, setConflict] = useState<readonly Difference[] | null>(null);

  const changes = changesOf(editableOf(base), typed);
  const dirty = Object.keys(changes).length > 0;
  const latest = query.data !== undefined && query.data.revision >= base.revision ? query.data : base;
  // The panel follows what the portal says unless something is typed and what is edited here changed; saving then finds out whether they meet.
  if (latest !== base && (!dirty || alike(base, latest))) setBase(latest);
  useSeatsFirst(at);

  const value = { ...editableOf(base), ...typed };
  const may = (allowed: Contact['allowed'][number]) => base.allowed.includes(allowed);
  const readOnly = !may('update');
  const offered = assignable(roles?.roles ?? [], value.shared, base.role.id);

  function change(next: Partial<Editable>) {
    setTyped({ ...typed, ...next });
    setErrors({});
    action.clear();
  }

  async function save() {
    const found: FieldErrors = {
      ...(value.firstName.trim() === '' ? { firstName: t('people.field.firstNameMissing') } : {}),
      ...(value.lastName.trim() === '' ? { lastName: t('people.field.lastNameMissing') } : {}),
    };
    setErrors(found);
    const [first] = Object.keys(found);
    if (first !== undefined) return document.getElementsByName(first)[0]?.focus();
    if (!dirty) return onClose();
    const done = await action.run(() => update().catch(meet));
    if (done === null || done.value === null) return;
    cache.put(done.value);
    toast.show({ text: t('people.done.saved', { name: nameOf(done.value) }) });
    onClose();
  }

  function update(): Promise<Contact> {
    return stepUp(() => client.people.updateContact({ id: base.id, revision: base.revision, ...changes }));
  }

  /** Somebody was faster: their version is the ground to stand on now, what was typed stands over it. */
  async function meet(error: unknown): Promise<null> {
    if (toTrouble(error).code !== 'contact-changed') throw error;
    const now = await client.people.getContact({ id: base.id });
    cache.put(now);
    setConflict(differences(editableOf(base), editableOf(now), changes));
    setBase(now);
    return null;
  }

  const name = nameOf(base);
  const menu = actionsFor(latest).filter((one) => !elsewhere.includes(one));
  const shared = {
    value,
    errors: { ...errors, ...refusedFields(action.trouble, t) },
    readOnly,
    onChange: change,
  };
  return (
    <SidePanel
      title={
        <span className={classes.who}>
          <span className={classes.initials} aria-hidden>
            {initialsOf(name)}
          </span>
          <span className={classes.whoWords}>
            <span className={classes.whoName}>{name}</span>
            <span className={classes.whoEmail}>{base.email}</span>
          </span>
        </span>
      }
      dirty={dirty}
      busy={action.busy}
      covered={covered}
      onClose={onClose}
      onSubmit={() => void save()}
      notice={
        action.trouble !== null &&
        action.trouble.code !== 'cancelled' && <TroubleView trouble={action.trouble} live />
      }
      foot={(close) => (
        <>
          {menu.length > 0 && (
            <span className={classes.footStart}>
              <Menu position="top-start" width={232} withinPortal={false}>
                <Menu.Target>
                  <Button
                    ref={menuButton}
                    disabled={action.busy}
                    rightSection={<IconChevronDown size={16} stroke={1.75} aria-hidden />}
                  >
                    {t('people.more')}
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  <MenuItems contact={latest} without={elsewhere} onAction={onAction} />
                </Menu.Dropdown>
              </Menu>
            </span>
          )}
          <Button disabled={action.busy} onClick={close}>
            {readOnly ? t('common.close') : t('common.cancel')}
          </Button>
          {!readOnly && (
            <Button type="submit" variant="filled" busy={action.busy} disabled={!dirty}>
              {t('common.save')}
            </Button>
          )}
        </>
      )}
    >
      {conflict !== null && (
        <ContactConflict
          changes={conflict}
          roles={roles?.roles ?? []}
          onTakeTheirs={(field) => {
            setTyped({ ...typed, [field]: editableOf(base)[field] });
            setConflict(conflict.map((one) => (one.field === field ? { ...one, typed: undefined } : one)));
          }}
        />
      )}
      <ContactAccess contact={latest} />
      <PanelSection id="contact-data" title={t('people.edit.data')}>
        <NameFields {...shared} />
        <WorkFields {...shared} />
        <MailFields {...shared} />
      </PanelSection>
      <ContactSeats contact={latest} />
      {may('assign-role') && mayReadRoles && (
        <PanelSection id="contact-role" title={t('people.field.role')} text={t('people.edit.roleText')}>
          <Loaded query={rolesQuery} height={240}>
            {({ helpUrl }) => (
              <RoleChoice
                roles={offered}
                value={value.roleId}
                helpUrl={helpUrl}
                shared={value.shared}
                error={errors.roleId}
                onChange={(roleId) => change({ roleId })}
              />
            )}
          </Loaded>
        </PanelSection>
      )}
    </SidePanel>
  );
}

/** Nothing that is edited here is another. */
function alike(one: Contact, other: Contact): boolean {
  return differences(editableOf(one), editableOf(other), {}).length === 0;
}

/** Opened for the seats, the panel begins there. */
function useSeatsFirst(at: 'top' | 'seats'): void {
  const once = useRef(false);
  useEffect(() => {
    if (once.current || at !== 'seats') return;
    once.current = true;
    // After the panel has put the focus on its first field.
    const timer = setTimeout(() => {
      const heading = document.getElementById('contact-seats');
      // Only the part that scrolls may move: `scrollIntoView` also moves what is around it.
      const part = heading?.parentElement?.parentElement;
      if (heading == null || part == null) return;
      part.scrollTop += heading.getBoundingClientRect().top - part.getBoundingClientRect().top - 16;
      heading.focus({ preventScroll: true });
    }, 60);
    return () => clearTimeout(timer);
  }, [at]);
}
