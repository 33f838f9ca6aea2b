import { IconStarFilled, IconUsers } from '@tabler/icons-react';
import { type MouseEvent, memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../contract/portal/people.ts';
import { Bone } from '../../components/page.tsx';
import { StateChip } from '../../components/state-chip.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { initialsOf } from '../../lib/initials.ts';
import { roleName } from '../../lib/role-name.ts';
import { useNow } from '../../lib/use-now.ts';
import classes from './contacts-grid.module.css';
import { listedNameOf, nameOf, stateTones } from './directory-view.ts';
import { GridCell } from './grid-cell.tsx';
import { type RowAction, RowMenu } from './row-menu.tsx';

interface RowProps {
  readonly index: number;
  /** px from the top of all rows. */
  readonly top: number;
  /** undefined: on its way. */
  readonly contact: Contact | undefined;
  /** The row in the tab order. */
  readonly current: boolean;
  readonly menu: boolean;
  readonly onMenu: (index: number | null) => void;
  readonly onCurrent: (index: number) => void;
  readonly onAction: (action: RowAction, contact: Contact) => void;
}

export const ContactRow = memo(function ContactRow(props: RowProps) {
  const { index, top, contact, current, menu, onMenu, onCurrent, onAction } = props;
  return (
    // biome-ignore lint/a11y: rows that are placed by position cannot be those of a table element; the grid handles the keys
    <div
      className={classes.row}
      role="row"
      aria-rowindex={index + 2}
      aria-busy={contact === undefined || undefined}
      data-index={index}
      tabIndex={current ? 0 : -1}
      style={{ transform: `translateY(${top}px)` }}
      onFocus={() => onCurrent(index)}
      onClick={(event) => {
        if (contact !== undefined && !inMenu(event)) onAction('open', contact);
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        onCurrent(index);
        if (contact !== undefined) onMenu(index);
      }}
    >
      {contact === undefined ? (
        <Bones />
      ) : (
        <>
          <Cells contact={contact} />
          <GridCell className={classes.actions}>
            <RowMenu
              contact={contact}
              opened={menu}
              focusable={current}
              onOpened={(opened) => onMenu(opened ? index : null)}
              onAction={onAction}
            />
          </GridCell>
        </>
      )}
    </div>
  );
});

/** A press on the menu's button or, through React's tree, on an item of the menu. */
function inMenu({ target }: MouseEvent): boolean {
  return target instanceof Element && target.closest('button, [role="menu"]') !== null;
}

function Cells({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(0);
  const listed = listedNameOf(contact);
  const [first, ...others] = contact.seats.map((seat) => seat.productName);
  return (
    <>
      <GridCell className={classes.name}>
        <span className={classes.initials} aria-hidden>
          {initialsOf(nameOf(contact))}
        </span>
        <span className={classes.clip} title={listed}>
          {listed}
        </span>
        {contact.self && <span className={classes.tag}>{t('people.you')}</span>}
        {contact.owner && (
          <span className={classes.mark} title={t('people.owner')}>
            <IconStarFilled size={14} aria-hidden />
            <span className="visually-hidden">{t('people.owner')}</span>
          </span>
        )}
        {contact.shared && (
          <span className={classes.mark} title={t('people.shared')}>
            <IconUsers size={16} stroke={1.75} aria-hidden />
            <span className="visually-hidden">{t('people.shared')}</span>
          </span>
        )}
      </GridCell>
      <GridCell className={classes.email} title={contact.email}>
        {contact.email}
      </GridCell>
      <GridCell className={classes.jobTitle} title={contact.jobTitle}>
        {contact.jobTitle}
      </GridCell>
      <GridCell className={classes.role}>
        <span className={classes.two}>{roleName(t, contact.role)}</span>
      </GridCell>
      <GridCell
        className={classes.seats}
        title={
          contact.seats.length > 1 ? format.list(contact.seats.map((seat) => seat.productName)) : undefined
        }
      >
        {first === undefined ? (
          <None />
        ) : others.length === 0 ? (
          first
        ) : (
          t('people.seatsMore', { product: first, count: others.length })
        )}
      </GridCell>
      <GridCell className={classes.state}>
        <StateChip tone={stateTones[contact.state]}>{t(`people.state.${contact.state}`)}</StateChip>
      </GridCell>
      <GridCell className={classes.lastSignIn}>
        {contact.lastSignInAt === null ? (
          <None />
        ) : (
          <time dateTime={contact.lastSignInAt} title={format.dateTime(contact.lastSignInAt)}>
            {format.relative(contact.lastSignInAt, now)}
          </time>
        )}
      </GridCell>
    </>
  );
}

function None() {
  const { t } = useTranslation();
  return (
    <>
      <span className={classes.none} aria-hidden>
        –
      </span>
      <span className="visually-hidden">{t('people.none')}</span>
    </>
  );
}

const widths = { name: 150, email: 190, jobTitle: 100, role: 110, seats: 60, state: 72, lastSignIn: 80 };

function Bones() {
  const { t } = useTranslation();
  return (
    <>
      {Object.entries(widths).map(([column, width]) => (
        <GridCell key={column} className={classes[column]}>
          {column === 'name' && (
            <>
              <span className={classes.initials} data-bone aria-hidden />
              <span className="visually-hidden">{t('common.loading')}</span>
            </>
          )}
          <Bone width={width} />
        </GridCell>
      ))}
    </>
  );
}
