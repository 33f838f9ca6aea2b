import { Checkbox, TextInput } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { refusedField, type Trouble } from '../../lib/problem.ts';
import classes from './side-panel.module.css';

/** What is written about a person, as it is typed. */
export interface PersonData {
  readonly firstName: string;
  readonly lastName: string;
  readonly jobTitle: string;
  readonly phone: string;
  readonly shared: boolean;
  readonly receivesNotifications: boolean;
}

const marked = ['email', 'firstName', 'lastName', 'jobTitle', 'phone', 'roleId'] as const;
export type FieldErrors = Readonly<Partial<Record<(typeof marked)[number], string>>>;

/** The field that the portal did not take, with what may be wrong with it. */
export function refusedFields(trouble: Trouble | null, t: TFunction): FieldErrors {
  const refused = refusedField(trouble);
  const field = marked.find((one) => one === refused);
  if (field === undefined) return {};
  return { [field]: field === 'email' ? t('people.field.emailRefused') : t('people.field.refused') };
}

interface Fields {
  readonly value: PersonData;
  readonly errors: FieldErrors;
  readonly readOnly?: boolean;
  readonly onChange: (change: Partial<PersonData>) => void;
}

export function NameFields({
  value,
  errors,
  readOnly = false,
  autoFocus = false,
  onChange,
}: Fields & { readonly autoFocus?: boolean }) {
  const { t } = useTranslation();
  const shared = { maxLength: 100, autoComplete: 'off', spellCheck: false, readOnly };
  return (
    <div className={classes.pair}>
      <TextInput
        {...shared}
        name="firstName"
        data-autofocus={autoFocus || undefined}
        label={t('people.field.firstName')}
        value={value.firstName}
        error={errors.firstName}
        onChange={(event) => onChange({ firstName: event.currentTarget.value })}
      />
      <TextInput
        {...shared}
        name="lastName"
        label={t('people.field.lastName')}
        value={value.lastName}
        error={errors.lastName}
        onChange={(event) => onChange({ lastName: event.currentTarget.value })}
      />
    </div>
  );
}

export function WorkFields({ value, errors, readOnly = false, onChange }: Fields) {
  const { t } = useTranslation();
  return (
    <div className={classes.pair}>
      <TextInput
        name="jobTitle"
        label={t('people.field.jobTitle')}
        maxLength={100}
        autoComplete="off"
        readOnly={readOnly}
        value={value.jobTitle}
        error={errors.jobTitle}
        onChange={(event) => onChange({ jobTitle: event.currentTarget.value })}
      />
      <TextInput
        name="phone"
        type="tel"
        label={t('people.field.phone')}
        maxLength={40}
        autoComplete="off"
        readOnly={readOnly}
        value={value.phone}
        error={errors.phone}
        onChange={(event) => onChange({ phone: event.currentTarget.value })}
      />
    </div>
  );
}

/** A15: a mailbox of several people is possible, with its price said. */
export function MailFields({ value, readOnly = false, onChange }: Fields) {
  const { t } = useTranslation();
  return (
    <>
      <Checkbox
        label={t('people.field.shared')}
        description={t('people.field.sharedText')}
        disabled={readOnly}
        checked={value.shared}
        onChange={(event) => onChange({ shared: event.currentTarget.checked })}
      />
      {value.shared && (
        <p className={classes.note} role="status">
          {t('people.field.sharedWarning')}
        </p>
      )}
      <Checkbox
        label={t('people.field.notifications')}
        disabled={readOnly}
        checked={value.receivesNotifications}
        onChange={(event) => onChange({ receivesNotifications: event.currentTarget.checked })}
      />
    </>
  );
}
