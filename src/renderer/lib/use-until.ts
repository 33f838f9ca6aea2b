import { useTranslation } from 'react-i18next';
import { useFormat } from './format-context.tsx';

/** An instant as it stands after «hasta»: «el 30 de marzo de 2026», «las 06:41». */
export function useUntil(): (instant: string, now: number) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (instant, now) => {
    const moment = format.moment(instant, now);
    return moment === format.time(instant) ? t('time.until', { moment }) : t('time.untilDate', { moment });
  };
}
