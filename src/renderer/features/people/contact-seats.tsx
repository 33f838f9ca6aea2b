import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact, Pool } from '../../../contract/portal/people.ts';
import { Button } from '../../components/button.tsx';
import { ExternalLink } from '../../components/external-link.tsx';
import { may } from '../../lib/pages.ts';
import { useAppState } from '../../lib/window-context.tsx';
import { Loaded } from './loaded.tsx';
import { Free } from './seat-choice.tsx';
import classes from './side-panel.module.css';
import { PanelSection } from './side-panel.tsx';
import { useContactActions } from './use-contact-actions.ts';
import { usePools } from './use-people.ts';

/** The person's seats, and those that could be given; each change is made at once and can be taken back (E8, E9). */
export function ContactSeats({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const actions = useContactActions();
  const [busy, setBusy] = useState<string | null>(null);
  const query = usePools();
  const mayRead = useAppState((state) => may(state, 'seat:read'));
  const mayAssign = contact.allowed.includes('assign-seat') && mayRead;
  const mayWithdraw = contact.allowed.includes('withdraw-seat');
  const openOf = (pools: readonly Pool[]) =>
    pools.filter(
      (pool) => pool.kind === 'named' && pool.open && !contact.seats.some((seat) => seat.poolId === pool.id),
    );

  async function run(poolId: string, call: () => Promise<unknown>) {
    if (busy !== null) return;
    const pressed = document.activeElement;
    setBusy(poolId);
    await call();
    setBusy(null);
    // The row that was pressed is another one now; whoever went on elsewhere stays there.
    const { activeElement } = document;
    if (activeElement === pressed || activeElement === document.body)
      document.getElementById('contact-seats')?.focus();
  }

  return (
    <PanelSection id="contact-seats" title={t('people.column.seats')}>
      {contact.seats.length === 0 && !mayAssign && <p className={classes.soft}>{t('people.seats.has0')}</p>}
      {contact.seats.length > 0 && (
        <ul className={classes.rows}>
          {contact.seats.map((seat) => (
            <li key={seat.poolId} className={classes.rowItem}>
              <span className={classes.rowWords}>
                <span className={classes.rowName}>{seat.productName}</span>{' '}
                <span className={classes.soft}>{t('people.seats.assigned')}</span>
              </span>
              {mayWithdraw && (
                <Button
                  size="xs"
                  busy={busy === seat.poolId}
                  aria-label={t('people.seats.withdrawOf', { product: seat.productName })}
                  onClick={() =>
                    void run(seat.poolId, () =>
                      actions.withdrawSeat(contact, { id: seat.poolId, productName: seat.productName }),
                    )
                  }
                >
                  {t('people.seats.withdraw')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayAssign && (
        <Loaded query={query} height={48}>
          {({ pools }) => {
            const open = openOf(pools);
            if (open.length === 0)
              return contact.seats.length === 0 && <p className={classes.soft}>{t('people.seats.has0')}</p>;
            return (
              <ul className={classes.rows}>
                {open.map((pool) => (
                  <OpenSeat
                    key={pool.id}
                    pool={pool}
                    busy={busy === pool.id}
                    onAssign={() => void run(pool.id, () => actions.assignSeat(contact, pool))}
                  />
                ))}
              </ul>
            );
          }}
        </Loaded>
      )}
    </PanelSection>
  );
}

function OpenSeat({ pool, busy, onAssign }: { pool: Pool; busy: boolean; onAssign: () => void }) {
  const { t } = useTranslation();
  return (
    <li className={classes.rowItem}>
      <span className={classes.rowWords}>
        {pool.productName}{' '}
        <span className={classes.soft}>
          <Free pool={pool} />
        </span>
      </span>
      {pool.available === 0 ? (
        <ExternalLink href={pool.buyUrl}>{t('people.pools.buy')}</ExternalLink>
      ) : (
        <Button
          size="xs"
          busy={busy}
          aria-label={t('people.seats.assignOf', { product: pool.productName })}
          onClick={onAssign}
        >
          {t('people.seats.assign')}
        </Button>
      )}
    </li>
  );
}
