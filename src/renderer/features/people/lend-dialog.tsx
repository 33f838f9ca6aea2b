import { useTranslation } from 'react-i18next';
import { borrowDays } from '../../../contract/borrow-days.ts';
import type { Pool } from '../../../contract/portal/people.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { DaysField, useDays } from '../../components/days-field.tsx';
import { useToast } from '../../components/toasts.tsx';
import { toTrouble } from '../../lib/problem.ts';
import { useClient } from '../../lib/window-context.tsx';
import { usePeopleCache } from './use-people.ts';

/** For how many days people may borrow the pool's seats; 0 = not at all. */
export default function LendDialog({ pool, onClose }: { pool: Pool; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const cache = usePeopleCache();
  const { days, input, refuse } = useDays(pool.borrowDays, 0, borrowDays.most);
  const product = pool.productName;

  async function set(next: number, undo?: () => void): Promise<void> {
    cache.putPool(await client.people.setBorrowDays({ poolId: pool.id, borrowDays: next }));
    const text =
      next === 0 ? t('people.lend.doneNone', { product }) : t('people.lend.done', { product, count: next });
    toast.show({ text, ...(undo === undefined ? {} : { undo }) });
  }

  async function save(): Promise<unknown> {
    if (days === null) {
      refuse();
      return 'stay';
    }
    if (days === pool.borrowDays) return;
    await set(
      days,
      () => void set(pool.borrowDays).catch((error: unknown) => toast.trouble(toTrouble(error))),
    );
    return;
  }

  return (
    <ConfirmDialog
      title={t('people.lend.title', { product })}
      confirm={t('common.save')}
      onConfirm={save}
      onClose={onClose}
    >
      <p>{t('people.lend.text')}</p>
      <DaysField
        input={input}
        label={t('people.lend.days')}
        range={t('people.lend.range', { most: borrowDays.most })}
        least={0}
        most={borrowDays.most}
      >
        {days !== null && (days === 0 ? t('people.lend.none') : t('people.lend.upTo', { count: days }))}
      </DaysField>
      <ul>
        <li>{t('people.lend.kept')}</li>
        <li>{t('people.lend.cost')}</li>
      </ul>
    </ConfirmDialog>
  );
}
