import { IconFileDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { useToast } from '../../components/toasts.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { saveFile } from '../../lib/save-file.ts';
import { useAction } from '../../lib/use-action.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import { Section } from './section.tsx';
import classes from './settings-page.module.css';

/** What support asks for first. The diagnosis holds no names, keys or addresses of people. */
export function About() {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const action = useAction();
  const { version, platform } = useAppState((state) => state.client);
  const device = useAppState((state) => state.device);

  async function save() {
    const done = await action.run(() => client.diagnose());
    if (done === null) return;
    saveFile('aldaba-diagnosis.json', `${JSON.stringify(done.value, null, 2)}\n`);
    toast.show({ text: t('about.saved') });
  }

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
      {action.trouble !== null && (
        <div className={classes.trouble}>
          <TroubleView trouble={action.trouble} live />
        </div>
      )}
      <div className={classes.foot}>
        <Button
          leftSection={<IconFileDownload size={16} stroke={1.75} aria-hidden />}
          busy={action.busy}
          onClick={() => void save()}
        >
          {t('about.save')}
        </Button>
        <p className={classes.text}>{t('about.saveText')}</p>
      </div>
    </Section>
  );
}
