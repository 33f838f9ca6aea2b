import { IconGitMerge } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { roleName } from '../../lib/role-name.ts';
import classes from './contact-conflict.module.css';
import type { Difference, Editable, EditableField } from './contact-edit.ts';
import type { Role } from './use-people.ts';

/** Somebody else saved first: what is new, and for a field that both changed, which one to keep. What was typed stays until said otherwise. */
export function ContactConflict({
  changes,
  roles,
  onTakeTheirs,
}: {
  changes: readonly Difference[];
  roles: readonly Role[];
  onTakeTheirs: (field: EditableField) => void;
}) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Nothing is returned: browsers answer with a promise here, which React would call as the effect's end.
    box.current?.parentElement?.scrollTo(0, 0);
  }, []);

  function show(field: EditableField, value: Editable[EditableField]): string {
    if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no');
    if (value === '') return t('people.conflict.blank');
    if (field !== 'roleId') return value;
    const role = roles.find(({ id }) => id === value);
    return role === undefined ? t('people.none') : roleName(t, role);
  }

  return (
    <div ref={box} className={classes.box} role="alert" tabIndex={-1}>
      <IconGitMerge className={classes.icon} size={20} stroke={1.75} aria-hidden />
      <div className={classes.words}>
        <p className={classes.title}>{t('people.conflict.title')}</p>
        <p>{changes.length === 0 ? t('people.conflict.elsewhere') : t('people.conflict.text')}</p>
        {changes.length > 0 && (
          <ul className={classes.list}>
            {changes.map(({ field, before, now, typed }) => (
              <li key={field}>
                <p>
                  <span className={classes.field}>
                    {field === 'roleId' ? t('people.field.role') : t(`people.conflictField.${field}`)}:
                  </span>{' '}
                  {t('people.conflict.change', { before: show(field, before), now: show(field, now) })}
                </p>
                {typed !== undefined && (
                  <p className={classes.typed}>
                    {t('people.conflict.typed', { typed: show(field, typed) })}
                    <Button
                      size="xs"
                      wraps
                      onClick={() => {
                        // The button goes; what is left to look at is around it.
                        box.current?.focus();
                        onTakeTheirs(field);
                      }}
                    >
                      {t('people.conflict.take', { now: show(field, now) })}
                    </Button>
                  </p>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
