import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../contract/portal/people.ts';
import { StateChip } from '../../components/state-chip.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { roleName } from '../../lib/role-name.ts';
import { useNow } from '../../lib/use-now.ts';
import { stateTones } from './directory-view.ts';
import classes from './side-panel.module.css';
import { PanelSection } from './side-panel.tsx';

/** Whether and since when the person can enter, and what they still wait for. */
export function ContactAccess({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(60_000);
  const { state, invitation, lastSignInAt, createdAt, role, owner, association } = contact;
  return (
    <PanelSection id="contact-access" title={t('people.edit.access')}>
      <dl className={classes.facts}>
        <div>
          <dt>{t('people.column.state')}</dt>
          <dd>
            <StateChip tone={stateTones[state]}>{t(`people.state.${state}`)}</StateChip>
          </dd>
        </div>
        <div>
          <dt>{t('people.column.lastSignIn')}</dt>
          <dd>
            {lastSignInAt === null ? (
              t('people.never')
            ) : (
              <time dateTime={lastSignInAt} title={format.dateTime(lastSignInAt)}>
                {format.relative(lastSignInAt, now)}
              </time>
            )}
          </dd>
        </div>
        <div>
          <dt>{t('people.column.role')}</dt>
          <dd>{roleName(t, role)}</dd>
        </div>
        <div>
          <dt>{t('people.edit.added')}</dt>
          <dd>{format.date(createdAt)}</dd>
        </div>
      </dl>
      {invitation !== null && <InvitationLine state={state} invitation={invitation} />}
      {state === 'suspended' && <p className={classes.soft}>{t('people.edit.suspended')}</p>}
      {owner && <p className={classes.soft}>{t('people.edit.owner')}</p>}
      {association && <p className={classes.soft}>{t('people.edit.association')}</p>}
    </PanelSection>
  );
}

/** Of who has not come in yet. One that was ended before its time, as by a suspension, has no instant to tell. */
function InvitationLine({
  state,
  invitation: { sentAt, expiresAt },
}: {
  state: Contact['state'];
  invitation: NonNullable<Contact['invitation']>;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(60_000);
  const sent = format.dateTime(sentAt);
  const until = format.relative(expiresAt, now);
  if (state !== 'invited' && state !== 'expired') return null;
  return (
    <p className={classes.soft}>
      {state === 'invited'
        ? t('people.edit.invitationOpen', { sent, ends: until })
        : Date.parse(expiresAt) > now
          ? t('people.edit.invitationEnded', { sent })
          : t('people.edit.invitationOver', { sent, ended: until })}
    </p>
  );
}
