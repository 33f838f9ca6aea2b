import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { useAction } from '../../lib/use-action.ts';
import { useFixedBy } from '../../lib/use-fixed-by.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import { Section, SettingRow } from './section.tsx';
import classes from './settings-page.module.css';

/** How the license comes, and from which portal. Changing it needs no new installation, and what works goes on until the change is done. */
export function LicenseWay() {
  const { t } = useTranslation();
  const client = useClient();
  const action = useAction();
  const mode = useAppState((state) => state.settings.mode);
  const portal = useAppState((state) => state.settings.portal);
  const fixed = useFixedBy('mode') !== null;
  const current = mode === null ? t('settings.way.none') : t(`mode.${mode}.title`);
  return (
    <Section title={t('settings.way.title')}>
      <SettingRow
        setting="mode"
        label={current}
        {...(fixed ? {} : { text: t('settings.way.text') })}
        value=""
      >
        <Button busy={action.busy} onClick={() => void action.run(() => client.setup.back())}>
          {t('settings.way.change')}
        </Button>
      </SettingRow>
      <SettingRow
        setting="portal"
        label={t('settings.portal.label')}
        text={t('settings.portal.text')}
        value={portal ?? t('settings.portal.none')}
      />
      {action.trouble !== null && (
        <div className={classes.trouble}>
          <TroubleView trouble={action.trouble} live />
        </div>
      )}
    </Section>
  );
}
