import { IconCertificateOff, IconRefresh } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LicenseView } from '../../../contract/client/state.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Bone, Page } from '../../components/page.tsx';
import { ProgramTags } from '../../components/program-tags.tsx';
import { useToast } from '../../components/toasts.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { toTrouble } from '../../lib/problem.ts';
import { programName } from '../../lib/program-name.ts';
import { useAction } from '../../lib/use-action.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import { DeviceCard } from './device-card.tsx';
import { GiveBackDialog } from './give-back-dialog.tsx';
import { type LicenseAction, LicenseCard } from './license-card.tsx';
import classes from './license-page.module.css';
import { ReleaseDialog } from './release-dialog.tsx';
import { ReturnedLicenses } from './returned-licenses.tsx';
import { SessionEnds } from './session-ends.tsx';

const BorrowDialog = lazy(() => import('./borrow-dialog.tsx'));

/** What I hold, until when, on which device, and which programs use it now. */
export default function LicensePage() {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const renewal = useAction();
  const [asked, setAsked] = useState<{ what: LicenseAction; view: LicenseView } | null>(null);
  const close = () => setAsked(null);
  const read = useAppState((state) => state.licenses);
  // Until the portal gave something, a product is known by its code alone.
  const licenses = (read ?? []).map((view) => ({
    ...view,
    productName: programName(view.product, { licenses: read }),
  }));
  const uses = useAppState((state) => state.uses);
  const connection = useAppState((state) => state.connection);
  // What stands in the way is a notice of the window then.
  const isUnread = useAppState((state) => state.notices.some(({ id }) => id === 'licenses-unread'));
  const mode = useAppState((state) => state.settings.mode);
  const known = new Set(licenses.flatMap((view) => view.programs.map((use) => use.id)));
  // Those of a license stand in its card.
  const waiting = uses.filter((use) => use.state === 'waiting' && !known.has(use.id));
  const offline = connection.state === 'offline';

  async function renew() {
    const done = await renewal.run(async () => {
      await client.licenses.renew();
      // The portal answered; whether it gave what was asked stands in the licenses.
      return (await client.state.get()).licenses ?? [];
    });
    if (done === null) return;
    const well = done.value.every(({ permit }) => permit === 'full');
    toast.show({ text: well ? t('license.renewed') : t('license.asked') });
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
          <TroubleView trouble={connection.problem ?? { code: 'network-offline' }} tone="warning">
            {licenses.length > 0 && <p>{t('license.renewAlone')}</p>}
          </TroubleView>
        </div>
      )}
      {renewal.trouble !== null && <TroubleView trouble={renewal.trouble} live />}
      <SessionEnds />
      {waiting.length > 0 && (
        <section className={classes.waiting} aria-label={t('waiting.license', { count: waiting.length })}>
          <p>{t('waiting.license', { count: waiting.length })}</p>
          <ProgramTags uses={waiting} />
        </section>
      )}
      <div className={classes.columns}>
        <div className={classes.list}>
          <ReturnedLicenses />
          {read === null && !isUnread && <LicenseBones />}
          {read?.length === 0 && (
            <EmptyState
              icon={<IconCertificateOff size={32} stroke={1.25} aria-hidden />}
              title={t('license.empty.title')}
              text={mode === 'standalone' ? t('license.empty.standalone') : t('license.empty.cloud')}
            >
              {mode === 'standalone' && <Activate />}
            </EmptyState>
          )}
          {licenses.map((view) => (
            <LicenseCard key={view.product} view={view} onAct={(what) => setAsked({ what, view })} />
          ))}
        </div>
        <DeviceCard />
      </div>
      {/* Here and not in the card: the card goes with the license. */}
      {asked?.what === 'release' && <ReleaseDialog view={asked.view} onClose={close} />}
      {(asked?.what === 'give-back' || asked?.what === 'return') && (
        <GiveBackDialog view={asked.view} onClose={close} />
      )}
      {asked?.what === 'borrow' && (
        <Suspense>
          <BorrowDialog view={asked.view} onClose={close} />
        </Suspense>
      )}
    </Page>
  );
}

/** What is held is read once the keychain opens; until then nothing is known, which is not the same as nothing. */
function LicenseBones() {
  const { t } = useTranslation();
  return (
    <>
      <p className="visually-hidden" role="status">
        {t('common.loading')}
      </p>
      {[0, 1].map((index) => (
        <Bone key={index} height={180} />
      ))}
    </>
  );
}

/** The way in again, for this mode alone: all that is left to do here. */
function Activate() {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const action = useAction();
  return (
    <Button
      variant="filled"
      busy={action.busy}
      onClick={() =>
        void action.run(() =>
          client.setup
            .chooseMode({ mode: 'standalone' })
            .catch((error: unknown) => toast.trouble(toTrouble(error))),
        )
      }
    >
      {t('license.empty.activate')}
    </Button>
  );
}
