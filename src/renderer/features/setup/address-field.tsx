import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export function AddressField({
  value,
  error,
  fixed = false,
  onChange,
}: {
  value: string;
  error: string | undefined;
  /** A policy decided it. */
  fixed?: boolean;
  onChange: (value: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <TextInput
      name="address"
      type="url"
      inputMode="url"
      size="md"
      autoComplete="url"
      spellCheck={false}
      maxLength={2048}
      data-autofocus
      label={t('setup.portal.label')}
      description={fixed ? t('settings.locked') : t('setup.portal.hint')}
      placeholder="https://"
      value={value}
      readOnly={fixed}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
