import { useTranslation } from 'react-i18next';
import { Logo } from '../components/logo.tsx';
import classes from './connecting.module.css';

/** Before the first snapshot. It fades in late, since the core usually answers before anybody could read it. */
export function Connecting() {
  const { t } = useTranslation();
  return (
    <main className={classes.screen} id="content" tabIndex={-1}>
      <span className={classes.mark}>
        <Logo size={48} />
      </span>
      <p role="status">{t('connecting')}</p>
    </main>
  );
}
