import { IconCircleCheck } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../contract/portal/people.ts';
import { Button } from '../../components/button.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { roleName } from '../../lib/role-name.ts';
import { nameOf } from './directory-view.ts';
import classes from './side-panel.module.css';
import { SidePanel } from './side-panel.tsx';

/** A5, A14: what was mailed and until when it is good; where it hides when it does not show. */
export function ContactAdded({
  contact,
  onAnother,
  onClose,
}: {
  contact: Contact;
  onAnother: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { invitation, email, seats } = contact;
  return (
    <SidePanel
      title={t('people.add.title')}
      onClose={onClose}
      foot={() => (
        <>
          <Button onClick={onAnother}>{t('people.added.another')}</Button>
          <Button variant="filled" onClick={onClose}>
            {t('people.added.done')}
          </Button>
        </>
      )}
    >
      <div className={classes.result}>
        <IconCircleCheck className={classes.resultIcon} size={40} stroke={1.5} aria-hidden />
        <h3 ref={heading} className={classes.resultTitle} tabIndex={-1} data-autofocus>
          {t('people.added.title', { name: nameOf(contact) })}
        </h3>
        {invitation === null ? (
          <p>{t('people.added.silent', { email })}</p>
        ) : (
          <>
            <p>{t('people.added.mailed', { email })}</p>
            <p>{t('people.added.until', { until: format.dateTime(invitation.expiresAt) })}</p>
            <p className={classes.note}>{t('people.added.spam')}</p>
          </>
        )}
        <dl className={classes.facts}>
          <div>
            <dt>{t('people.field.role')}</dt>
            <dd>{roleName(t, contact.role)}</dd>
          </div>
          <div>
            <dt>{t('people.column.seats')}</dt>
            <dd>
              {seats.length === 0 ? t('people.none') : format.list(seats.map((seat) => seat.productName))}
            </dd>
          </div>
        </dl>
      </div>
    </SidePanel>
  );
}
