import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFixedBy } from '../../lib/use-fixed-by.ts';

export function AddressField({
  value,
  error,
  fixed = false,
  onChange,
}: {
  value: string;
  error: string | undefined;
  /** It was decided before. */
  fixed?: boolean;
  onChange: (value: string) => void;
}) {
  const { t } = useTranslation();
  const fixedBy = useFixedBy('portal') ?? 'policy';
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
      description={fixed ? t(`settings.fixedBy.${fixedBy}`) : t('setup.portal.hint')}
      placeholder="https://"
      value={value}
      readOnly={fixed}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
