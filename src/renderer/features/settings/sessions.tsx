import { IconDeviceDesktop } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SignOutDialog } from '../../app/account-menu.tsx';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Bone } from '../../components/page.tsx';
import { RetryButton } from '../../components/retry-button.tsx';
import { StateChip } from '../../components/state-chip.tsx';
import { useToast } from '../../components/toasts.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { toTrouble } from '../../lib/problem.ts';
import { useNow } from '../../lib/use-now.ts';
import { useClient } from '../../lib/window-context.tsx';
import { Section } from './section.tsx';
import classes from './settings-page.module.css';

const key = ['sessions'];

/** Devices where I am signed in, and a way to end each. */
export function Sessions() {
  const { t } = useTranslation();
  const client = useClient();
  const [leaving, setLeaving] = useState(false);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: key,
    queryFn: () => client.session.list(),
  });
  return (
    <Section title={t('sessions.title')}>
      {error !== null ? (
        <div className={classes.trouble}>
          <TroubleView trouble={toTrouble(error)}>
            <RetryButton busy={isFetching} onRetry={() => void refetch()} />
          </TroubleView>
        </div>
      ) : data === undefined ? (
        <SessionBones />
      ) : (
        <ul className={classes.sessions}>
          {data.sessions.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </ul>
      )}
      <div className={classes.foot}>
        <Button onClick={() => setLeaving(true)}>{t('account.signOut')}</Button>
        <p className={classes.text}>{t('sessions.signOutText')}</p>
      </div>
      {leaving && <SignOutDialog onClose={() => setLeaving(false)} />}
    </Section>
  );
}

type Session = Awaited<ReturnType<ReturnType<typeof useClient>['session']['list']>>['sessions'][number];

function SessionRow({ session }: { session: Session }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(60_000);
  const client = useClient();
  const queries = useQueryClient();
  const toast = useToast();
  const [ending, setEnding] = useState(false);
  return (
    <li className={classes.session}>
      <IconDeviceDesktop size={20} stroke={1.5} aria-hidden />
      <div>
        <p className={classes.device}>
          {session.deviceName}
          {session.current && <StateChip tone="ok">{t('sessions.current')}</StateChip>}
        </p>
        <p className={classes.text}>
          {t('sessions.used', {
            company: session.account.name,
            when: format.relative(session.lastUsedAt, now),
          })}
        </p>
      </div>
      {!session.current && (
        <Button
          size="xs"
          aria-label={t('sessions.endOf', { device: session.deviceName })}
          onClick={() => setEnding(true)}
        >
          {t('sessions.end')}
        </Button>
      )}
      {ending && (
        <ConfirmDialog
          title={t('sessions.endTitle', { device: session.deviceName })}
          confirm={t('sessions.end')}
          danger
          onConfirm={async () => {
            await client.session.end({ id: session.id });
            toast.show({ text: t('sessions.ended', { device: session.deviceName }) });
            void queries.invalidateQueries({ queryKey: key });
          }}
          onClose={() => setEnding(false)}
        >
          <p>{t('sessions.endText')}</p>
        </ConfirmDialog>
      )}
    </li>
  );
}

function SessionBones() {
  const { t } = useTranslation();
  return (
    <div className={classes.sessions}>
      <p className="visually-hidden" role="status">
        {t('common.loading')}
      </p>
      {[0, 1].map((index) => (
        <div key={index} className={classes.session}>
          <Bone height={20} />
          <Bone width={220} />
        </div>
      ))}
    </div>
  );
}
