import { IconPlugConnectedX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ProgramTags } from '../../components/program-tags.tsx';
import { useAppState } from '../../lib/window-context.tsx';
import classes from './setup-notes.module.css';

/** A17: programs that wait for this one sign-in, so that the person knows why the window opened. */
export function WaitingPrograms() {
  const { t } = useTranslation();
  const uses = useAppState((state) => state.uses);
  const waiting = uses.filter((use) => use.state === 'waiting');
  if (waiting.length === 0) return null;
  return (
    <section className={classes.waiting} aria-label={t('waiting.title', { count: waiting.length })}>
      <p>{t('waiting.title', { count: waiting.length })}</p>
      <ProgramTags uses={waiting} />
    </section>
  );
}

/** Which portal the step talks to: a wrong one is the first thing to rule out. */
export function PortalLine({ portal }: { portal: string }) {
  const { t } = useTranslation();
  return <p className={classes.portal}>{t('setup.portal.line', { portal })}</p>;
}

/** No connection: said before the person tries, and nothing is disabled, since trying is how to find out. */
export function ConnectionNote() {
  const { t } = useTranslation();
  const offline = useAppState((state) => state.connection.state === 'offline');
  return (
    <div role="status">
      {offline && (
        <div className={classes.offline}>
          <IconPlugConnectedX size={20} stroke={1.75} aria-hidden />
          <div>
            <p className={classes.strong}>{t('signIn.offline.title')}</p>
            <p>{t('signIn.offline.text')}</p>
          </div>
        </div>
      )}
    </div>
  );
}
