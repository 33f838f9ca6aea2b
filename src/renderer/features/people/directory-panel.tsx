import { IconUserSearch, IconUsersGroup } from '@tabler/icons-react';
import { type Ref, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../contract/portal/people.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { RetryButton } from '../../components/retry-button.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { useAppState } from '../../lib/window-context.tsx';
import { ContactsGrid, type GridHandle } from './contacts-grid.tsx';
import classes from './directory-panel.module.css';
import { type DirectoryView, isNarrowed, sortedBy, wholeDirectory } from './directory-view.ts';
import { PeopleToolbar, searchFieldName } from './people-toolbar.tsx';
import type { RowAction } from './row-menu.tsx';
import { type PageRange, useDirectory } from './use-directory.ts';
import { usePeopleCache } from './use-people.ts';

const top: PageRange = { first: 0, last: 0 };

/** Search, filters and the table, in each of its states. */
export function DirectoryPanel({
  view,
  onView,
  onWhole,
  onAction,
  onAdd,
  grid,
}: {
  view: DirectoryView;
  onView: (view: DirectoryView) => void;
  /** How many people the whole directory has. */
  onWhole: (total: number) => void;
  onAction: (action: RowAction, contact: Contact) => void;
  /** null: may not add. */
  onAdd: (() => void) | null;
  grid: Ref<GridHandle>;
}) {
  const { t } = useTranslation();
  const [range, setRange] = useState({ of: view, pages: top });
  const directory = useDirectory(view, range.of === view ? range.pages : top);
  const { total, late, trouble } = directory;
  const narrowed = isNarrowed(view);
  const setPages = useCallback((pages: PageRange) => setRange({ of: view, pages }), [view]);
  useReadAgainOnline();

  useEffect(() => {
    if (!narrowed && !late && total !== null) onWhole(total);
  }, [narrowed, late, total, onWhole]);

  return (
    <section className={classes.panel} aria-label={t('people.directory')}>
      <PeopleToolbar
        view={view}
        onView={onView}
        total={late ? null : total}
        searching={directory.searching}
      />
      <Connection hidden={total === null} />
      {trouble !== null && (
        <TroubleView trouble={trouble} tone={total === null ? 'error' : 'warning'} live>
          <RetryButton busy={directory.loading} onRetry={directory.retry} />
        </TroubleView>
      )}
      {total === 0 && !late ? (
        narrowed ? (
          <EmptyState
            icon={<IconUserSearch size={32} stroke={1.25} aria-hidden />}
            title={t('people.noResults.title')}
            text={
              view.search === ''
                ? t('people.noResults.filters')
                : t(
                    view.state === null && view.roleId === null
                      ? 'people.noResults.search'
                      : 'people.noResults.both',
                    { search: view.search },
                  )
            }
          >
            <Button
              onClick={() => {
                onView({ ...wholeDirectory, sort: view.sort, direction: view.direction });
                // The button goes with the search that it takes away.
                document.getElementsByName(searchFieldName)[0]?.focus();
              }}
            >
              {t('people.noResults.clear')}
            </Button>
          </EmptyState>
        ) : (
          <EmptyState
            icon={<IconUsersGroup size={32} stroke={1.25} aria-hidden />}
            title={t('people.empty.title')}
            text={t('people.empty.text')}
          >
            {onAdd !== null && (
              <Button variant="filled" onClick={onAdd}>
                {t('people.add.open')}
              </Button>
            )}
          </EmptyState>
        )
      ) : (
        (trouble === null || total !== null) && (
          <ContactsGrid
            directory={directory}
            view={view}
            onSort={(sort) => onView(sortedBy(view, sort))}
            onPages={setPages}
            onAction={onAction}
            handle={grid}
          />
        )
      )}
    </section>
  );
}

/** Without a connection the rows that are here stay, and it is said that they may be old. */
function Connection({ hidden }: { hidden: boolean }) {
  const { t } = useTranslation();
  const offline = useAppState((state) => state.connection.state === 'offline') && !hidden;
  return (
    <div role="status" className={classes.offline} data-shown={offline || undefined}>
      {offline && t('people.offline')}
    </div>
  );
}

/** When the portal can be reached again, what shows is read again. */
function useReadAgainOnline(): void {
  const cache = usePeopleCache();
  const state = useAppState((app) => app.connection.state);
  const before = useRef(state);
  useEffect(() => {
    if (before.current === 'offline' && state === 'online') cache.rowsChanged();
    before.current = state;
  }, [state, cache]);
}
