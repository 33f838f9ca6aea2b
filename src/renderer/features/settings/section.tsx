import { IconLock } from '@tabler/icons-react';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { SettingName } from '../../../contract/settings.ts';
import { useFixedBy } from '../../lib/use-fixed-by.ts';
import classes from './settings-page.module.css';

export function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <h2 className={classes.heading} id={id}>
        {title}
      </h2>
      {children}
    </section>
  );
}

/** A setting: what it is, what it does, its control; or its value and what fixed it. */
export function SettingRow({
  setting,
  label,
  labelId,
  text,
  value,
  stacked = false,
  children,
}: {
  /** Name of the setting that may be fixed; null for what is none. */
  setting: SettingName | null;
  label: string;
  /** Given when the control takes its name from the label here. */
  labelId?: string;
  text?: string;
  /** What shows in place of the control when it is fixed. */
  value: string;
  /** The control goes below, over the whole width. */
  stacked?: boolean;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const fixedBy = useFixedBy(setting);
  return (
    <div className={classes.row} data-stacked={(stacked && fixedBy === null) || undefined}>
      <div>
        <p className={classes.label} id={labelId}>
          {label}
        </p>
        {text !== undefined && <p className={classes.text}>{text}</p>}
        {fixedBy !== null && (
          <p className={classes.locked}>
            <IconLock size={14} stroke={1.75} aria-hidden />
            {t(`settings.fixedBy.${fixedBy}`)}
          </p>
        )}
      </div>
      {fixedBy !== null || children === undefined ? (
        <p className={classes.value}>{value}</p>
      ) : (
        <div className={stacked ? undefined : classes.control}>{children}</div>
      )}
    </div>
  );
}
