import { CloseButton, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../lib/format-context.tsx';
import { roleName } from '../../lib/role-name.ts';
import { useShortcut } from '../../lib/use-shortcut.ts';
import type { ContactState, DirectoryView } from './directory-view.ts';
import { isNarrowed, stateTones } from './directory-view.ts';
import classes from './people-toolbar.module.css';
import { useRoles } from './use-people.ts';

export const searchFieldName = 'people-search';

/** ms without a key before the portal is asked. */
const pause = 250;

const states = Object.keys(stateTones) as ContactState[];

export function PeopleToolbar({
  view,
  onView,
  total,
  searching,
}: {
  view: DirectoryView;
  onView: (view: DirectoryView) => void;
  /** How many match; null while that is not known. */
  total: number | null;
  searching: boolean;
}) {
  const { t } = useTranslation();
  const roles = useRoles().data?.roles ?? [];
  return (
    <search className={classes.bar}>
      <SearchField view={view} onView={onView} />
      <NativeSelect
        className={classes.filter ?? ''}
        aria-label={t('people.filter.role')}
        value={view.roleId ?? ''}
        onChange={({ currentTarget: { value } }) => onView({ ...view, roleId: value === '' ? null : value })}
        data={[
          { value: '', label: t('people.filter.anyRole') },
          ...roles.map((role) => ({ value: role.id, label: roleName(t, role) })),
        ]}
      />
      <NativeSelect
        className={classes.filter ?? ''}
        aria-label={t('people.filter.state')}
        value={view.state ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onView({ ...view, state: value === '' ? null : (value as ContactState) })
        }
        data={[
          { value: '', label: t('people.filter.anyState') },
          ...states.map((state) => ({ value: state, label: t(`people.state.${state}`) })),
        ]}
      />
      <Found view={view} total={total} searching={searching} />
    </search>
  );
}

/** Counted aloud when it changes. */
function Found({
  view,
  total,
  searching,
}: {
  view: DirectoryView;
  total: number | null;
  searching: boolean;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <p className={classes.found} role="status">
      {searching
        ? t('people.searching')
        : total !== null &&
          isNarrowed(view) &&
          t('people.found', { count: total, total: format.number(total) })}
    </p>
  );
}

/** Keeps what is typed to itself until the person pauses. Ctrl+F comes here: the browser's own search sees only the rows that are drawn. */
function SearchField({ view, onView }: { view: DirectoryView; onView: (view: DirectoryView) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(view.search);
  const shortcut = useShortcut('F');
  const [asked, setAsked] = useState(view.search);
  // Somebody else set it: the filters were cleared, or a person is looked for by address.
  if (asked !== view.search) {
    setAsked(view.search);
    if (typed.trim() !== view.search) setTyped(view.search);
  }
  const ask = useDebouncedCallback((search: string) => onView({ ...view, search }), pause);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      if (document.querySelector('[role="dialog"]') !== null) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  function change(value: string) {
    setTyped(value);
    ask(value.trim());
  }

  return (
    <TextInput
      ref={input}
      name={searchFieldName}
      className={classes.search ?? ''}
      aria-label={t('people.search')}
      aria-keyshortcuts="Control+F Meta+F"
      placeholder={t('people.searchHint')}
      maxLength={200}
      spellCheck={false}
      autoComplete="off"
      leftSection={<IconSearch size={16} stroke={1.75} aria-hidden />}
      rightSectionWidth={typed === '' ? 60 : 36}
      rightSection={
        typed === '' ? (
          <kbd className={classes.key}>{shortcut}</kbd>
        ) : (
          <CloseButton
            size="sm"
            aria-label={t('people.searchClear')}
            onClick={() => {
              change('');
              input.current?.focus();
            }}
          />
        )
      }
      value={typed}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && typed !== '') {
          event.stopPropagation();
          change('');
        }
      }}
    />
  );
}
