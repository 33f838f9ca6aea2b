import { IconFileDownload, IconPlugConnected } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Diagnosis as Found } from '../../../contract/client/diagnosis.ts';
import { Button } from '../../components/button.tsx';
import { useToast } from '../../components/toasts.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { saveFile } from '../../lib/save-file.ts';
import { useAction } from '../../lib/use-action.ts';
import { useClient } from '../../lib/window-context.tsx';
import { ConnectionReport } from './connection-report.tsx';
import { Section } from './section.tsx';
import classes from './settings-page.module.css';

/** Tries the way to the portal and says what stands in between; the same as a file for support, without names, keys or addresses of people. */
export function Diagnosis() {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const test = useAction();
  const save = useAction();
  const [found, setFound] = useState<Found | null>(null);
  const trouble = test.trouble ?? save.trouble;

  async function tryIt() {
    setFound(null);
    const done = await test.run(() => client.diagnose());
    if (done !== null) setFound(done.value);
  }

  async function saveIt() {
    const done = await save.run(() => client.diagnose());
    if (done === null) return;
    const fileName = 'aldaba-diagnosis.json';
    saveFile(fileName, `${JSON.stringify(done.value, null, 2)}\n`);
    toast.show({ text: t('common.checkSaved', { fileName }) });
  }

  return (
    <Section title={t('diagnosis.title')}>
      <div className={classes.foot}>
        <Button
          leftSection={<IconPlugConnected size={16} stroke={1.75} aria-hidden />}
          busy={test.busy}
          onClick={() => void tryIt()}
        >
          {t('diagnosis.test')}
        </Button>
        <p className={classes.text}>{t('diagnosis.testText')}</p>
      </div>
      <div role="status">
        {test.busy && <p className={classes.report}>{t('diagnosis.testing')}</p>}
        {found !== null && <ConnectionReport found={found} />}
      </div>
      {trouble !== null && (
        <div className={classes.trouble}>
          <TroubleView trouble={trouble} live />
        </div>
      )}
      <div className={classes.foot}>
        <Button
          leftSection={<IconFileDownload size={16} stroke={1.75} aria-hidden />}
          busy={save.busy}
          onClick={() => void saveIt()}
        >
          {t('diagnosis.save')}
        </Button>
        <p className={classes.text}>{t('diagnosis.saveText')}</p>
      </div>
    </Section>
  );
}
