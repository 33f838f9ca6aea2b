import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { borrowDays } from '../../../contract/borrow-days.ts';
import type { LicenseView } from '../../../contract/client/state.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { DaysField, useDays } from '../../components/days-field.tsx';
import { useToast } from '../../components/toasts.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { toTrouble } from '../../lib/problem.ts';
import { useNow } from '../../lib/use-now.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import { ConnectionNote } from '../setup/setup-notes.tsx';

const day = 86_400_000;

/** Takes a floating license away from the network for some days, or sets the days of one that was taken, anew from now. */
export default function BorrowDialog({ view, onClose }: { view: LicenseView; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const format = useFormat();
  const now = useNow(30_000);
  const [refusedMost, setRefusedMost] = useState(Number.POSITIVE_INFINITY);
  const most = Math.min(useLent(view), refusedMost);
  const { days, input, refuse } = useDays(Math.min(borrowDays.usual, most), 1, most);
  const changes = view.kind === 'borrow';
  const moments = (instant: string) => ({
    until: t('time.untilDate', { moment: format.weekday(instant) }),
    relative: format.relative(instant, now),
  });
  const end = days === null ? null : moments(endOf(view, now + days * day));

  async function borrow(): Promise<unknown> {
    if (days === null) {
      refuse();
      return 'stay';
    }
    try {
      await client.licenses.borrow({ product: view.product, days });
    } catch (error) {
      const { maximum } = toTrouble(error).data ?? {};
      if (maximum !== undefined && maximum > 0) setRefusedMost(maximum);
      throw error;
    }
    // The portal may have lent it for less: to the end of what was bought.
    const { licenses } = await client.state.get();
    const lent = licenses?.find(({ product }) => product === view.product)?.expiresAt ?? null;
    const until = lent === null ? end : moments(lent);
    toast.show({ text: t('license.borrow.done', { product: view.productName, ...until }) });
    return;
  }

  return (
    <ConfirmDialog
      title={t(changes ? 'license.borrow.changeTitle' : 'license.borrow.title', {
        product: view.productName,
      })}
      confirm={changes ? t('license.borrow.changeSubmit') : t('license.borrow.submit')}
      onConfirm={borrow}
      onClose={onClose}
    >
      {changes && view.until !== null && <p>{t('license.borrow.now', moments(view.until))}</p>}
      <DaysField
        input={input}
        label={t('license.borrow.days')}
        range={t('license.borrow.range', { count: most })}
        least={1}
        most={most}
      >
        {end !== null && t('license.borrow.until', end)}
      </DaysField>
      <ul>
        <li>{t('license.borrow.works')}</li>
        <li>{t('license.borrow.seat')}</li>
        <li>{changes ? t('license.borrow.never') : t('license.borrow.earlier')}</li>
      </ul>
      <ConnectionNote />
    </ConfirmDialog>
  );
}

/** What is borrowed never ends sooner than before. @param end ms of UTC */
function endOf({ kind, expiresAt }: LicenseView, end: number): string {
  const before = kind === 'borrow' && expiresAt !== null ? Date.parse(expiresAt) : 0;
  return new Date(Math.max(end, before)).toISOString();
}

/** How many days it is lent for, as it is now; as it was when asked, once it cannot be said any more. */
function useLent({ product, borrowDays }: LicenseView): number {
  return (
    useAppState((state) => state.licenses?.find((one) => one.product === product)?.borrowDays) || borrowDays
  );
}
