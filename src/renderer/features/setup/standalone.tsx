import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetupStep } from '../../../contract/client/state.ts';
import { Segments } from '../../components/segments.tsx';
import { ActivateOffline } from './activate-offline.tsx';
import { ActivateOnline } from './activate-online.tsx';
import { WaitingPrograms } from './setup-notes.tsx';
import classes from './standalone.module.css';
import frame from './step-frame.module.css';
import { StoredLicenses } from './stored-licenses.tsx';
import { useViews } from './use-views.ts';

export type StandaloneStep = Extract<SetupStep, { step: 'standalone' }>;

/** What each way gets. The key is typed once for both. */
export interface WayProps {
  readonly setup: StandaloneStep;
  readonly typed: string;
  onTyped(key: string): void;
}

/** A license for this device alone: with a key and network, or by files without. */
export function Standalone({ setup: step }: { setup: StandaloneStep }) {
  const { t } = useTranslation();
  const { view, setup, turnTo } = useViews<'online' | 'offline', StandaloneStep>(
    step,
    step.portal === null || step.requestedAt !== null ? 'offline' : 'online',
  );
  const [key, setKey] = useState('');
  const shared = { setup, typed: key, onTyped: setKey };
  return (
    <>
      <WaitingPrograms />
      <h1 className={frame.title} tabIndex={-1}>
        {t('standalone.heading')}
      </h1>
      <p className={frame.lead}>{t('standalone.lead')}</p>
      <StoredLicenses setup={step} />
      <div className={classes.ways}>
        <Segments
          name="way"
          label={t('standalone.way')}
          value={view}
          onChange={turnTo}
          options={[
            { value: 'online', title: t('standalone.online.tab') },
            { value: 'offline', title: t('standalone.offline.tab') },
          ]}
        />
      </div>
      {view === 'online' ? <ActivateOnline {...shared} /> : <ActivateOffline {...shared} />}
    </>
  );
}
