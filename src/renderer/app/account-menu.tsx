import { Menu } from '@mantine/core';
import { IconCheck, IconLogout, IconSelector } from '@tabler/icons-react';
import { type RefObject, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { useToast } from '../components/toasts.tsx';
import { initialsOf } from '../lib/initials.ts';
import { toTrouble } from '../lib/problem.ts';
import { roleName } from '../lib/role-name.ts';
import { useAppState, useClient } from '../lib/window-context.tsx';
import classes from './sidebar.module.css';

/** Who is signed in and where; other companies of the same person (C10); the way out. Nothing without a person. */
export function AccountMenu() {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const profile = useAppState((state) => state.profile);
  const [leaving, setLeaving] = useState(false);
  /** Name of the company that is being entered. */
  const [entering, setEntering] = useState<string | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  if (profile === null) return null;
  const { identity, membership, accounts } = profile;
  const where = entering === null ? membership.account.name : t('account.entering', { company: entering });

  async function enter(accountId: string, name: string) {
    if (entering !== null) return;
    setEntering(name);
    try {
      await client.session.switchAccount({ accountId });
      toast.show({ text: t('account.entered', { company: name }) });
    } catch (error) {
      toast.trouble(toTrouble(error));
    } finally {
      setEntering(null);
    }
  }

  return (
    <>
      <Menu position="top-start" width={264} offset={8}>
        <Menu.Target>
          <button type="button" className={classes.account} ref={button}>
            <span className={classes.initials} aria-hidden>
              {initialsOf(identity.name)}
            </span>
            <span className={classes.who}>
              <span className={classes.name} title={identity.name}>
                {identity.name}
              </span>
              <span className={classes.company} role="status" title={where}>
                {where}
              </span>
            </span>
            <IconSelector className={classes.chevron} size={16} stroke={1.5} aria-hidden />
            <span className="visually-hidden">{t('account.menu')}</span>
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{accounts.length > 1 ? t('account.companies') : t('account.company')}</Menu.Label>
          {accounts.map((other) => {
            const current = other.account.id === membership.account.id;
            return (
              <Menu.Item
                disabled={entering !== null && !current}
                key={other.account.id}
                aria-current={current ? 'true' : undefined}
                leftSection={
                  current ? (
                    <IconCheck size={16} stroke={2} aria-hidden />
                  ) : (
                    <span className={classes.space} />
                  )
                }
                onClick={() => {
                  if (!current) void enter(other.account.id, other.account.name);
                }}
              >
                <span className={classes.whole}>{other.account.name}</span>
                <span className={classes.role}>
                  {roleName(t, { key: other.roleKey, name: other.roleName })}
                </span>
              </Menu.Item>
            );
          })}
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconLogout size={16} stroke={1.5} aria-hidden />}
            onClick={() => setLeaving(true)}
          >
            {t('account.signOut')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {leaving && <SignOutDialog onClose={() => setLeaving(false)} returnTo={button} />}
    </>
  );
}

export function SignOutDialog({
  onClose,
  returnTo,
}: {
  onClose: () => void;
  returnTo?: RefObject<HTMLElement | null>;
}) {
  const { t } = useTranslation();
  const client = useClient();
  const running = useAppState((state) => state.uses.length);
  return (
    <ConfirmDialog
      title={t('account.signOutDialog.title')}
      confirm={t('account.signOut')}
      onConfirm={() => client.session.signOut()}
      onClose={onClose}
      {...(returnTo === undefined ? {} : { returnTo })}
    >
      <p>{t('account.signOutDialog.text')}</p>
      {running > 0 && <p>{t('account.signOutDialog.running', { count: running })}</p>}
    </ConfirmDialog>
  );
}
