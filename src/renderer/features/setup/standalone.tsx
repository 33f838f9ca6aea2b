import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetupStep } from '../../../contract/client/state.ts';
import { Segments } from '../../components/segments.tsx';
import { ActivateOffline } from './activate-offline.tsx';
import { ActivateOnline } from './activate-online.tsx';
import { WaitingPrograms } from './setup-notes.tsx';
import classes from './standalone.module.css';
import frame from './step-frame.module.css';

export type StandaloneStep = Extract<SetupStep, { step: 'standalone' }>;

/** A license for this device alone: with a key and network, or by files without. */
export function Standalone({ setup }: { setup: StandaloneStep }) {
  const { t } = useTranslation();
  const [way, setWay] = useState<'online' | 'offline'>(
    setup.portal === null || setup.requestedAt !== null ? 'offline' : 'online',
  );
  return (
    <>
      <WaitingPrograms />
      <h1 className={frame.title} tabIndex={-1}>
        {t('standalone.heading')}
      </h1>
      <p className={frame.lead}>{t('standalone.lead')}</p>
      <div className={classes.ways}>
        <Segments
          name="way"
          label={t('standalone.way')}
          value={way}
          onChange={setWay}
          options={[
            { value: 'online', title: t('standalone.online.tab') },
            { value: 'offline', title: t('standalone.offline.tab') },
          ]}
        />
      </div>
      {way === 'online' ? <ActivateOnline setup={setup} /> : <ActivateOffline setup={setup} />}
    </>
  );
}
