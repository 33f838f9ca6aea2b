import { Drawer } from '@mantine/core';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { useHoldPage } from '../../lib/use-hold-page.ts';
import classes from './side-panel.module.css';

/** A panel at the side with what is being looked at or filled in; what was typed is not lost without a question. */
export function SidePanel({
  title,
  dirty = false,
  busy = false,
  covered = false,
  notice,
  foot,
  onSubmit,
  onClose,
  children,
}: {
  title: ReactNode;
  /** Something was typed that is not saved. */
  dirty?: boolean;
  busy?: boolean;
  /** Another dialog is above and takes Escape. */
  covered?: boolean;
  /** Why it was refused, in sight above the buttons wherever the panel is scrolled to. */
  notice?: ReactNode;
  /** Buttons, always in sight. They get a function that closes as Escape does. */
  foot?: (close: () => void) => ReactNode;
  onSubmit?: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const close = () => {
    if (busy) return;
    if (dirty) setAsking(true);
    else onClose();
  };
  useHoldPage(dirty, close);
  return (
    <>
      <Drawer
        opened
        onClose={close}
        title={title}
        size={520}
        padding="lg"
        closeOnEscape={!asking && !covered && !busy}
        closeOnClickOutside={!asking && !covered}
        classNames={{
          content: classes.content ?? '',
          header: classes.header ?? '',
          title: classes.title ?? '',
          body: classes.body ?? '',
        }}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <form
          noValidate
          className={classes.form}
          onSubmit={(event: SubmitEvent) => {
            event.preventDefault();
            onSubmit?.();
          }}
        >
          <div className={classes.scroll}>{children}</div>
          <div className={classes.notice}>{notice}</div>
          {foot !== undefined && (
            <div className={classes.foot} data-panel-foot>
              {foot(close)}
            </div>
          )}
        </form>
      </Drawer>
      {asking && (
        <ConfirmDialog
          title={t('people.discard.title')}
          confirm={t('people.discard.confirm')}
          cancel={t('people.discard.keep')}
          danger
          onConfirm={async () => onClose()}
          onClose={() => setAsking(false)}
        >
          <p>{t('people.discard.text')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

export function PanelSection({
  title,
  text,
  id,
  children,
}: {
  title: string;
  text?: ReactNode;
  id: string;
  children: ReactNode;
}) {
  return (
    <section className={classes.section} aria-labelledby={id}>
      <h3 className={classes.heading} id={id} tabIndex={-1}>
        {title}
      </h3>
      {text !== undefined && <p className={classes.text}>{text}</p>}
      {children}
    </section>
  );
}
