import { IconAlertTriangle, IconChevronDown, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Trouble } from '../lib/problem.ts';
import { TroubleDetails } from './trouble-details.tsx';
import classes from './trouble-view.module.css';

export type Tone = 'info' | 'warning' | 'error';

/**
 * A refusal or fault: what happened, what it means, what to do. `live` says it at once, for one that answers what the person just did.
 * `folded` is one line of what happened, which opens to the rest.
 */
export function TroubleView({
  trouble,
  tone = 'error',
  live = false,
  folded = false,
  children,
}: {
  trouble: Trouble;
  tone?: Tone;
  live?: boolean;
  folded?: boolean;
  /** Actions. */
  children?: ReactNode;
}) {
  const { title, means, next } = useTroubleText(trouble.code);
  const Icon = tone === 'info' ? IconInfoCircle : IconAlertTriangle;
  const rest = (
    <>
      <p>{means}</p>
      <p>{next}</p>
      <TroubleDetails trouble={trouble} />
      {children !== undefined && children !== false && <div className={classes.actions}>{children}</div>}
    </>
  );
  if (folded)
    return (
      <details className={classes.folded} data-tone={tone}>
        <summary className={classes.line}>
          <Icon className={classes.icon} size={16} stroke={1.75} aria-hidden />
          {title}
          <IconChevronDown className={classes.chevron} size={16} stroke={1.75} aria-hidden />
        </summary>
        <div className={classes.rest}>{rest}</div>
      </details>
    );
  return (
    <div className={classes.box} data-tone={tone} role={live ? 'alert' : undefined}>
      <Icon className={classes.icon} size={20} stroke={1.75} aria-hidden />
      <div className={classes.words}>
        <p className={classes.title}>{title}</p>
        {rest}
      </div>
    </div>
  );
}

export function useTroubleText(code: Trouble['code']): { title: string; means: string; next: string } {
  const { t } = useTranslation(['window', 'errors']);
  if (code === 'link-lost')
    return { title: t('linkLost.title'), means: t('linkLost.means'), next: t('linkLost.next') };
  return {
    title: t(`errors:${code}.title`),
    means: t(`errors:${code}.means`),
    next: t(`errors:${code}.next`),
  };
}
