import { useTranslation } from 'react-i18next';
import { useFormat } from './format-context.tsx';

/** An instant as it stands after «hasta» or «desde»: «el 30 de marzo de 2026», «las 06:41», «la 01:05». */
export function useUntil(): (instant: string, now: number) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (instant, now) => {
    const moment = format.moment(instant, now);
    if (moment !== format.time(instant)) return t('time.untilDate', { moment });
    // «la 01:05», «las 06:41»: the hour as it is written decides.
    return t('time.until', { moment, count: Number.parseInt(moment, 10) });
  };
}
