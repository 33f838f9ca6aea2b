import { useTranslation } from 'react-i18next';
import { Button } from '../components/button.tsx';
import { useLink, useWindowStore } from '../lib/window-context.tsx';
import classes from './link-notice.module.css';

/** The core went away, and whether it is being looked for. Over the page, so that nothing moves when it comes and goes. */
export function LinkNotice() {
  const { t } = useTranslation();
  const link = useLink();
  const store = useWindowStore();
  return (
    <div className={classes.place} role="alert">
      {(link === 'lost' || link === 'refused') && (
        <div className={classes.notice}>
          <div>
            <p className={classes.title}>{t(`link.${link}.title`)}</p>
            <p>{t(`link.${link}.text`)}</p>
          </div>
          {link === 'lost' && (
            <Button size="sm" className={classes.retry ?? ''} onClick={() => store.retry()}>
              {t('link.retry')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
