import { Checkbox } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Pool } from '../../../contract/portal/people.ts';
import { ExternalLink } from '../../components/external-link.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import classes from './side-panel.module.css';

/** Seats to give at once (E8): only named ones, only where one is free; where none is, how to buy (E9). */
export function SeatChoice({
  pools,
  value,
  onChange,
}: {
  pools: readonly Pool[];
  value: readonly string[];
  onChange: (poolIds: readonly string[]) => void;
}) {
  const { t } = useTranslation();
  return (
    <ul className={classes.rows}>
      {pools.map((pool) => (
        <li key={pool.id} className={classes.rowItem}>
          <Checkbox
            className={classes.rowWords ?? ''}
            label={pool.productName}
            description={<Free pool={pool} />}
            disabled={pool.available === 0}
            checked={value.includes(pool.id)}
            onChange={(event) =>
              onChange(
                event.currentTarget.checked ? [...value, pool.id] : value.filter((id) => id !== pool.id),
              )
            }
          />
          {pool.available === 0 && <ExternalLink href={pool.buyUrl}>{t('people.pools.buy')}</ExternalLink>}
        </li>
      ))}
    </ul>
  );
}

export function Free({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  const format = useFormat();
  return pool.available === 0
    ? t('people.seats.none', { total: format.number(pool.total), count: pool.total })
    : t('people.seats.free', {
        count: pool.available,
        free: format.number(pool.available),
        total: format.number(pool.total),
      });
}
