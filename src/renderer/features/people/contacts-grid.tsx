import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../contract/portal/people.ts';
import { ContactRow } from './contact-row.tsx';
import classes from './contacts-grid.module.css';
import { pageSize } from './directory-pages.ts';
import type { ContactSort, DirectoryView } from './directory-view.ts';
import { GridHead } from './grid-cell.tsx';
import type { RowAction } from './row-menu.tsx';
import type { Directory, PageRange } from './use-directory.ts';

export interface GridHandle {
  /** To the row that the keyboard is on. */
  focus(): void;
}

/** px of a row; contacts-grid.module.css has the same. */
const rowHeight = 56;
/** Rows beyond the visible ones whose pages are read in advance. */
const ahead = 40;
/** ms that the scroll bar has to rest before a page is read to which no neighbor leads. */
const rest = 90;
/** Place holders while it is not known how many rows there are. */
const bones = 12;

type Column = 'name' | 'email' | 'jobTitle' | 'role' | 'seats' | 'state' | 'lastSignIn';

/**
 * The table: only the rows in sight are drawn, the scroll bar spans all of them. One row is in the tab order; arrows, Page Up and Down,
 * Home and End move, Enter opens, the menu key or Shift+F10 shows what may be done.
 */
export function ContactsGrid({
  directory,
  view,
  onSort,
  onPages,
  onAction,
  handle,
}: {
  directory: Directory;
  view: DirectoryView;
  onSort: (sort: ContactSort) => void;
  onPages: (pages: PageRange) => void;
  onAction: (action: RowAction, contact: Contact) => void;
  handle: Ref<GridHandle>;
}) {
  const { t } = useTranslation();
  const body = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const [menu, setMenu] = useState<number | null>(null);
  const moveFocus = useRef(false);
  const count = directory.total ?? bones;
  const last = count - 1;
  const current = Math.min(active, last);

  const virtual = useVirtualizer({
    count,
    getScrollElement: () => body.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    // The row in the tab order stays in the page wherever it was scrolled to.
    rangeExtractor: (range) => [...new Set([current, ...defaultRangeExtractor(range)])].sort((a, b) => a - b),
  });

  usePagesInSight(virtual.range, directory.total, onPages);

  // Another view begins at its top.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the view is what it waits for
  useLayoutEffect(() => {
    setActive(0);
    setMenu(null);
    body.current?.scrollTo(0, 0);
  }, [view]);

  const focusRow = useCallback((index: number) => {
    body.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus({ preventScroll: true });
  }, []);
  useLayoutEffect(() => {
    if (!moveFocus.current) return;
    moveFocus.current = false;
    focusRow(current);
  }, [current, focusRow]);
  useImperativeHandle(handle, () => ({ focus: () => focusRow(current) }), [current, focusRow]);

  function go(index: number) {
    const to = Math.max(0, Math.min(last, index));
    virtual.scrollToIndex(to, { align: 'auto' });
    if (to === current) return;
    moveFocus.current = true;
    setActive(to);
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    if (!(event.target instanceof HTMLElement) || event.target.role !== 'row') return;
    const screen = Math.max(1, Math.floor((body.current?.clientHeight ?? 0) / rowHeight) - 1);
    const contact = directory.row(current);
    const keys = new Map<string, () => void>([
      ['ArrowDown', () => go(current + 1)],
      ['ArrowUp', () => go(current - 1)],
      ['PageDown', () => go(current + screen)],
      ['PageUp', () => go(current - screen)],
      ['Home', () => go(0)],
      ['End', () => go(last)],
      ['Enter', () => contact !== undefined && onAction('open', contact)],
      ['ContextMenu', () => setMenu(current)],
      ['Shift F10', () => setMenu(current)],
    ]);
    const does = keys.get(event.shiftKey ? `Shift ${event.key}` : event.key);
    if (does === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    // The menu that this key opens would take the rest of it for a key pressed outside of it, and close.
    event.stopPropagation();
    does();
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: rows that are placed by position cannot be those of a table element
    <div
      className={classes.grid}
      role="grid"
      aria-label={t('people.directory')}
      aria-rowcount={count + 1}
      aria-busy={directory.searching || undefined}
      data-late={directory.searching || undefined}
    >
      <Heads view={view} onSort={onSort} />
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div ref={body} className={classes.body} role="rowgroup" onKeyDown={onKeyDown}>
        <div className={classes.whole} role="presentation" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => (
            <ContactRow
              key={index}
              index={index}
              top={start}
              contact={directory.row(index)}
              current={index === current}
              menu={menu === index}
              onMenu={setMenu}
              onCurrent={setActive}
              onAction={onAction}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

function Heads({ view, onSort }: { view: DirectoryView; onSort: (sort: ContactSort) => void }) {
  const { t } = useTranslation();
  const head = (column: Column, sort: ContactSort | null = null) => {
    const sorted = sort === view.sort;
    const Arrow = view.direction === 'asc' ? IconArrowUp : IconArrowDown;
    return (
      <GridHead
        className={classes[column]}
        sorted={sorted ? (view.direction === 'asc' ? 'ascending' : 'descending') : undefined}
      >
        {sort === null ? (
          t(`people.column.${column}`)
        ) : (
          <button type="button" className={classes.sort} onClick={() => onSort(sort)}>
            {t(`people.column.${column}`)}
            {sorted && <Arrow size={14} stroke={2} aria-hidden />}
          </button>
        )}
      </GridHead>
    );
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: see ContactsGrid
    <div className={classes.heads} role="rowgroup">
      {/* biome-ignore lint/a11y/useSemanticElements: see ContactsGrid */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: its buttons take the focus */}
      <div className={classes.head} role="row" aria-rowindex={1}>
        <div className={classes.person} role="presentation">
          {head('name', 'name')}
          {head('email', 'email')}
        </div>
        {head('jobTitle')}
        {head('role', 'role')}
        {head('seats')}
        {head('state', 'state')}
        {head('lastSignIn', 'last-sign-in')}
        <GridHead className={classes.actions}>
          <span className="visually-hidden">{t('people.column.actions')}</span>
        </GridHead>
      </div>
    </div>
  );
}

/** Tells which pages the rows in sight are on: at once while scrolling along, and after a rest where the scroll bar was dragged. */
function usePagesInSight(
  range: { startIndex: number; endIndex: number } | null,
  total: number | null,
  onPages: (pages: PageRange) => void,
): void {
  const told = useRef<PageRange>({ first: 0, last: 0 });
  const end = total === null ? 0 : Math.max(0, Math.ceil(total / pageSize) - 1);
  const first = Math.min(end, Math.max(0, Math.floor(((range?.startIndex ?? 0) - ahead) / pageSize)));
  const last = Math.min(end, Math.floor(((range?.endIndex ?? 0) + ahead) / pageSize));
  useEffect(() => {
    const tell = () => {
      told.current = { first, last };
      onPages(told.current);
    };
    const near = first <= told.current.last + 1 && last >= told.current.first - 1;
    if (near) return tell();
    const timer = setTimeout(tell, rest);
    return () => clearTimeout(timer);
  }, [first, last, onPages]);
}
