import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorCode } from '../../contract/errors.ts';
import { choicesOf, variableOf } from '../../contract/setting-values.ts';
import { useFormat } from '../lib/format-context.tsx';
import type { Trouble } from '../lib/problem.ts';
import { useNow } from '../lib/use-now.ts';
import { useUntil } from '../lib/use-until.ts';
import { ExternalLink } from './external-link.tsx';
import classes from './trouble-view.module.css';

const aboutSettings: ReadonlySet<Trouble['code']> = new Set<ErrorCode>([
  'settings-corrupt',
  'policy-invalid',
  'variable-invalid',
  'option-invalid',
]);

/** The numbers and names that came with a refusal, each in its sentence. */
export function TroubleDetails({ trouble: { code, data, at } }: { trouble: Trouble }) {
  const { t } = useTranslation();
  const format = useFormat();
  const moment = useUntil();
  const now = useNow(0);
  if (data === undefined) return null;
  const { available, needed, maximum, product, device, file, until, holders, buyUrl, requestId } = data;
  // Who waits for a seat is asked for again by the client itself.
  const retryAfter = data.queue === undefined ? data.retryAfter : undefined;
  const lines = [
    needed !== undefined && available !== undefined
      ? t('details.seats', { needed: format.number(needed), available: format.number(available) })
      : null,
    code === 'borrow-too-long' && maximum !== undefined ? t('details.lent', { count: maximum }) : null,
    data.queue === undefined ? null : t('details.queue', { position: format.number(data.queue.position) }),
    product === undefined ? null : t('details.product', { product }),
    device === undefined ? null : t('details.device', { device }),
    settingLine({ code, data }, t),
    file === undefined ? null : t('details.file', { file }),
    until === undefined ? null : t('details.until', { until: format.dateTime(until) }),
    requestId === undefined ? null : t('details.reference', { requestId }),
  ].filter((line) => line !== null);

  return (
    <>
      {lines.length > 0 && (
        <ul className={classes.details}>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {holders !== undefined && holders.length > 0 && (
        <>
          <p className={classes.details}>{t('details.holders')}</p>
          <ul className={classes.details}>
            {holders.map((holder) => (
              <li key={`${holder.name} ${holder.device} ${holder.since}`}>
                {t('details.holder', {
                  name: holder.name,
                  device: holder.device,
                  since: moment(holder.since, now),
                })}
              </li>
            ))}
          </ul>
        </>
      )}
      {retryAfter !== undefined && <RetryAfter seconds={retryAfter} from={at} />}
      {buyUrl !== undefined && <ExternalLink href={buyUrl}>{t('details.buy')}</ExternalLink>}
    </>
  );
}

/** Which setting, as it is written where it comes from, and what it may be; null for a trouble that is about none. */
function settingLine({ code, data }: Trouble, t: TFunction): string | null {
  const field = data?.field;
  if (field === undefined || !aboutSettings.has(code)) return null;
  const name =
    code === 'variable-invalid'
      ? t('details.variable', { variable: variableOf(field) })
      : t('details.setting', { field: code === 'option-invalid' ? `--set ${field}` : field });
  const values =
    field === 'portal' || field === 'proxy' ? t(`details.forms.${field}`) : choicesOf(field).join(', ');
  return values === '' ? name : `${name}. ${t('details.values', { values })}`;
}

/** Counts down from when it was answered, however late it is shown; from now when nothing says when that was. */
function RetryAfter({ seconds, from }: { seconds: number; from: string | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [shown] = useState(() => Date.now());
  const end = (from === undefined ? shown : Date.parse(from)) + seconds * 1000;
  const left = Math.max(0, Math.ceil((end - useNow(1000)) / 1000));
  // Not live: a screen reader would say each second.
  return (
    <p aria-live="off" className={classes.details}>
      {left > 0 ? t('details.retryAfter', { wait: format.duration(left) }) : t('details.retryNow')}
    </p>
  );
}
