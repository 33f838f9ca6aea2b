import { NativeSelect, Switch } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Segments } from '../../components/segments.tsx';
import { type Language, languageNames, languages } from '../../lib/languages.ts';
import { useAppState } from '../../lib/window-context.tsx';
import { Section, SettingRow } from './section.tsx';
import classes from './settings-page.module.css';
import { useUpdate } from './use-update.ts';

const themes = ['system', 'light', 'dark'] as const;

export function General() {
  const { t } = useTranslation();
  const settings = useAppState((state) => state.settings);
  const canAutoStart = useAppState((state) => state.client.canAutoStart);
  const update = useUpdate();
  const languageId = useId();
  const startId = useId();
  return (
    <Section title={t('settings.general')}>
      <SettingRow
        setting="language"
        label={t('settings.language.label')}
        labelId={languageId}
        value={settings.language === null ? t('settings.language.system') : languageNames[settings.language]}
      >
        <NativeSelect
          className={classes.select ?? ''}
          aria-labelledby={languageId}
          value={settings.language ?? ''}
          onChange={({ currentTarget: { value } }) =>
            update({ language: value === '' ? null : (value as Language) })
          }
          data={[
            { value: '', label: t('settings.language.system') },
            ...languages.map((language) => ({ value: language, label: languageNames[language] })),
          ]}
        />
      </SettingRow>
      <SettingRow
        setting="theme"
        label={t('settings.theme.label')}
        value={t(`settings.theme.${settings.theme}`)}
      >
        <Segments
          name="theme"
          label={t('settings.theme.label')}
          value={settings.theme}
          onChange={(theme) => update({ theme })}
          options={themes.map((value) => ({ value, title: t(`settings.theme.${value}`) }))}
        />
      </SettingRow>
      {canAutoStart && (
        <SettingRow
          setting="autoStart"
          label={t('settings.autoStart.label')}
          labelId={startId}
          text={t('settings.autoStart.text')}
          value={settings.autoStart ? t('common.yes') : t('common.no')}
        >
          <Switch
            size="md"
            aria-labelledby={startId}
            checked={settings.autoStart}
            onChange={(event) => update({ autoStart: event.currentTarget.checked })}
          />
        </SettingRow>
      )}
    </Section>
  );
}
