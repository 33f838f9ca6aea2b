import '../../theme/settings.css';
import { useTranslation } from 'react-i18next';
import { Page } from '../../components/page.tsx';
import { useAppState } from '../../lib/window-context.tsx';
import { About } from './about.tsx';
import { Diagnosis } from './diagnosis.tsx';
import { General } from './general.tsx';
import { KeychainSection } from './keychain-section.tsx';
import { LicenseWay } from './license-way.tsx';
import { Network } from './network.tsx';
import { Sessions } from './sessions.tsx';
import classes from './settings-page.module.css';

export default function SettingsPage() {
  const { t } = useTranslation();
  const signedIn = useAppState((state) => state.profile !== null);
  return (
    <Page title={t('page.settings')} about={signedIn ? t('settings.about') : t('settings.aboutDevice')}>
      <div className={classes.sections}>
        <General />
        <LicenseWay />
        {signedIn && <Sessions />}
        <KeychainSection />
        <Network />
        <Diagnosis />
        <About />
      </div>
    </Page>
  );
}
