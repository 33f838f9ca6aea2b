import { IconMailCheck, IconMailSearch } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import frame from '../setup/step-frame.module.css';
import classes from './sign-in.module.css';
import { SubView } from './sub-view.tsx';

/** The same words whether the address is known or not; and where the email hides when it does not show (A5). */
export function LinkSent({
  email,
  onAgain,
  onBack,
}: {
  email: string;
  onAgain: () => void;
  onBack: () => void;
}) {
  const { t } = useTranslation();
  return (
    <SubView title={t('signIn.sent.heading')} focus="heading">
      <ul className={classes.sent}>
        <li>
          <IconMailCheck size={20} stroke={1.5} aria-hidden />
          <p>{t('signIn.sent.text', { email })}</p>
        </li>
        <li>
          <IconMailSearch size={20} stroke={1.5} aria-hidden />
          <p>{t('signIn.sent.spam')}</p>
        </li>
      </ul>
      <p className={classes.lead}>{t('signIn.sent.after')}</p>
      <div className={classes.buttons}>
        <Button variant="subtle" size="md" className={frame.back} onClick={onAgain}>
          {t('signIn.sent.again')}
        </Button>
        <Button variant="filled" size="md" onClick={onBack}>
          {t('signIn.sent.back')}
        </Button>
      </div>
    </SubView>
  );
}
