import { useTranslation } from 'react-i18next';
import { useAppState } from '../../lib/window-context.tsx';
import { Section } from './section.tsx';
import classes from './settings-page.module.css';

/** What support asks for first. */
export function About() {
  const { t } = useTranslation();
  const { version, platform } = useAppState((state) => state.client);
  const device = useAppState((state) => state.device);

  return (
    <Section title={t('about.title')}>
      <dl className={classes.facts}>
        <div>
          <dt>{t('about.version')}</dt>
          <dd>{version}</dd>
        </div>
        <div>
          <dt>{t('about.system')}</dt>
          <dd>{t(`platform.${platform}`)}</dd>
        </div>
        <div>
          <dt>{t('about.device')}</dt>
          <dd>{device.name}</dd>
        </div>
      </dl>
    </Section>
  );
}
