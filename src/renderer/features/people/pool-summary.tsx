import { IconPencil } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pool } from '../../../contract/portal/people.ts';
import { Button } from '../../components/button.tsx';
import { ExternalLink } from '../../components/external-link.tsx';
import { Bone } from '../../components/page.tsx';
import { RetryButton } from '../../components/retry-button.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { may } from '../../lib/pages.ts';
import { useAppState } from '../../lib/window-context.tsx';
import classes from './pool-summary.module.css';
import { usePools } from './use-people.ts';

const LendDialog = lazy(() => import('./lend-dialog.tsx'));

/** Cards that show before the rest is asked for. */
const few = 4;

/** Seats bought, used and free of each product, and where to buy more (E9). */
export function PoolSummary() {
  const { t } = useTranslation();
  const mayRead = useAppState((state) => may(state, 'seat:read'));
  const [all, setAll] = useState(false);
  const [lending, setLending] = useState<Pool | null>(null);
  const { data, error, isFetching, refetch } = usePools();
  if (!mayRead || data?.pools.length === 0) return null;
  if (data === undefined && error !== null)
    return (
      <p className={classes.failed} role="status">
        {t('people.pools.failed')}
        <RetryButton busy={isFetching} onRetry={() => void refetch()} />
      </p>
    );
  const pools = data?.pools ?? [];
  return (
    <section className={classes.section} aria-label={t('people.pools.title')}>
      <ul className={classes.cards}>
        {data === undefined
          ? [0, 1, 2].map((index) => (
              <li key={index} className={classes.card}>
                <Bone width={96} height={16} />
                <Bone />
              </li>
            ))
          : (all ? pools : pools.slice(0, few)).map((pool) => (
              <PoolCard key={pool.id} pool={pool} onLend={() => setLending(pool)} />
            ))}
      </ul>
      {pools.length > few && (
        <Button size="xs" variant="subtle" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t('people.pools.fewer') : t('people.pools.all', { count: pools.length })}
        </Button>
      )}
      {lending !== null && (
        <Suspense>
          <LendDialog pool={lending} onClose={() => setLending(null)} />
        </Suspense>
      )}
    </section>
  );
}

function PoolCard({ pool, onLend }: { pool: Pool; onLend: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { productName, kind, total, used, available, buyUrl } = pool;
  const numbers = { used: format.number(used), total: format.number(total), count: total };
  return (
    <li className={classes.card} data-none={available === 0 || undefined}>
      <div className={classes.line}>
        <span className={classes.name}>{productName}</span>
        <span className={classes.buy}>
          <ExternalLink href={buyUrl}>
            {t('people.pools.buy')}
            <span className="visually-hidden"> {t('people.pools.buyOf', { product: productName })}</span>
          </ExternalLink>
        </span>
      </div>
      <div className={classes.line}>
        <span className={classes.used}>
          {kind === 'named' ? t('people.pools.assigned', numbers) : t('people.pools.running', numbers)}
        </span>
        <span className={classes.free}>
          {available === 0
            ? t('people.pools.none')
            : t('people.pools.free', { count: available, free: format.number(available) })}
        </span>
      </div>
      <progress className={classes.bar} aria-hidden max={Math.max(total, 1)} value={used} />
      {kind === 'floating' && <Lending pool={pool} onLend={onLend} />}
    </li>
  );
}

/** For how many days its seats are lent, and the way to change it. */
function Lending({ pool: { productName, borrowDays }, onLend }: { pool: Pool; onLend: () => void }) {
  const { t } = useTranslation();
  const mayLend = useAppState((state) => may(state, 'seat:lend'));
  const words = borrowDays === 0 ? t('people.pools.notLent') : t('people.pools.lent', { count: borrowDays });
  if (!mayLend) return <span className={classes.lent}>{words}</span>;
  return (
    <Button
      className={classes.lend ?? ''}
      size="xs"
      variant="subtle"
      rightSection={<IconPencil size={14} stroke={1.75} aria-hidden />}
      onClick={onLend}
    >
      {words}
      <span className="visually-hidden"> {t('people.pools.lendOf', { product: productName })}</span>
    </Button>
  );
}
