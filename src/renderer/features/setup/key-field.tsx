import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './key-field.module.css';

/** A license key as it is printed: spaces around it and line breaks from an email are not part of it. */
export function KeyField({
  value,
  error,
  autoFocus = true,
  onChange,
}: {
  value: string;
  error: string | undefined;
  autoFocus?: boolean;
  onChange: (value: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <TextInput
      name="key"
      size="md"
      label={t('setup.key.label')}
      description={t('setup.key.hint')}
      autoComplete="off"
      autoCapitalize="characters"
      spellCheck={false}
      maxLength={64}
      data-autofocus={autoFocus || undefined}
      classNames={{ input: classes.key ?? '' }}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
