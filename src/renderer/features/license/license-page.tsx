import { IconCertificateOff, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LicenseView } from '../../../contract/client/state.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';
import { ProgramTags } from '../../components/program-tags.tsx';
import { useToast } from '../../components/toasts.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { useAction } from '../../lib/use-action.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import { DeviceCard } from './device-card.tsx';
import { GiveBackDialog } from './give-back-dialog.tsx';
import { LicenseCard } from './license-card.tsx';
import classes from './license-page.module.css';
import { ReleaseDialog } from './release-dialog.tsx';

/** What I hold, until when, on which device, and which programs use it now. */
export default function LicensePage() {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const renewal = useAction();
  const [givingUp, setGivingUp] = useState<{ how: 'release' | 'give-back'; view: LicenseView } | null>(null);
  const close = () => setGivingUp(null);
  const licenses = useAppState((state) => state.licenses) ?? [];
  const uses = useAppState((state) => state.uses);
  const connection = useAppState((state) => state.connection);
  const mode = useAppState((state) => state.settings.mode);
  const known = new Set(licenses.flatMap((view) => view.programs.map((use) => use.id)));
  // Those of a license stand in its card.
  const waiting = uses.filter((use) => use.state === 'waiting' && !known.has(use.id));
  const offline = connection.state === 'offline';

  async function renew() {
    if ((await renewal.run(() => client.licenses.renew())) !== null)
      toast.show({ text: t('license.renewed') });
  }

  return (
    <Page
      title={t('page.license')}
      about={mode === null ? null : t(`license.about.${mode}`)}
      actions={
        connection.state !== 'not-needed' &&
        licenses.length > 0 && (
          <Button
            leftSection={<IconRefresh size={16} stroke={1.75} aria-hidden />}
            busy={renewal.busy}
            onClick={() => void renew()}
          >
            {t('license.renew')}
          </Button>
        )
      }
    >
      {offline && (
        <div role="status">
          <TroubleView trouble={connection.problem ?? { code: 'network-offline' }} tone="warning" />
        </div>
      )}
      {renewal.trouble !== null && <TroubleView trouble={renewal.trouble} live />}
      {waiting.length > 0 && (
        <section className={classes.waiting} aria-label={t('waiting.license', { count: waiting.length })}>
          <p>{t('waiting.license', { count: waiting.length })}</p>
          <ProgramTags uses={waiting} />
        </section>
      )}
      <div className={classes.columns}>
        <div className={classes.list}>
          {licenses.length === 0 && (
            <EmptyState
              icon={<IconCertificateOff size={32} stroke={1.25} aria-hidden />}
              title={t('license.empty.title')}
              text={mode === 'standalone' ? t('license.empty.standalone') : t('license.empty.cloud')}
            />
          )}
          {licenses.map((view) => (
            <LicenseCard key={view.product} view={view} onGiveUp={(how) => setGivingUp({ how, view })} />
          ))}
        </div>
        <DeviceCard />
      </div>
      {/* Here and not in the card: the card goes with the license. */}
      {givingUp?.how === 'release' && <ReleaseDialog view={givingUp.view} onClose={close} />}
      {givingUp?.how === 'give-back' && <GiveBackDialog view={givingUp.view} onClose={close} />}
    </Page>
  );
}
