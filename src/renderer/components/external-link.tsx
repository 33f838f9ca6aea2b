import { IconExternalLink } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './external-link.module.css';

/** Opens in the system's browser: the shell turns new windows into that, for https addresses alone. */
export function ExternalLink({ href, children }: { href: string; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <a className={classes.link} href={href} target="_blank" rel="noopener noreferrer">
      {children}
      <IconExternalLink size={14} stroke={1.75} aria-hidden />
      <span className="visually-hidden">{t('common.opensBrowser')}</span>
    </a>
  );
}
