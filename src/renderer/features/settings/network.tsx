import { TextInput } from '@mantine/core';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { useTroubleText } from '../../components/trouble-view.tsx';
import { useAnnounce } from '../../lib/announcer.tsx';
import type { Trouble } from '../../lib/problem.ts';
import { useAction } from '../../lib/use-action.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import { proxyError } from './proxy-error.ts';
import { Section, SettingRow } from './section.tsx';
import classes from './settings-page.module.css';

/** What stands between this device and the portal, and where downloads go. */
export function Network() {
  const { t } = useTranslation();
  return (
    <Section title={t('settings.network')}>
      <TextSetting setting="proxy" placeholder="http://proxy:8080" />
      <TextSetting setting="extraCaFile" />
      <TextSetting setting="downloadFolder" />
    </Section>
  );
}

/** A setting that is a line of text: saved by its button or Enter; empty means none. */
export function TextSetting({
  setting,
  placeholder,
}: {
  setting: 'proxy' | 'extraCaFile' | 'downloadFolder';
  placeholder?: string;
}) {
  const { t } = useTranslation();
  const client = useClient();
  const announce = useAnnounce();
  const action = useAction();
  const labelId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const saved = useAppState((state) => state.settings[setting]) ?? '';
  const [typed, setTyped] = useState<string | null>(null);
  const value = typed ?? saved;
  const refusal = wrong ?? (action.trouble === null ? null : <FieldTrouble trouble={action.trouble} />);
  const isRefused = refusal !== null;
  useEffect(() => {
    // What is said stands below the field, which may be the last that is in sight.
    if (isRefused) input.current?.form?.scrollIntoView({ block: 'nearest' });
  }, [isRefused]);

  async function save() {
    if (action.busy) return;
    const text = value.trim();
    // The button is there only while something is typed: it takes the focus with it when it goes.
    input.current?.focus();
    setWrong(setting === 'proxy' ? proxyError(text, t) : null);
    if (setting === 'proxy' && proxyError(text, t) !== null) return;
    const done = await action.run(() => client.settings.update({ [setting]: text === '' ? null : text }));
    if (done === null) return;
    setTyped(null);
    announce(t('settings.saved'));
  }

  return (
    <SettingRow
      setting={setting}
      label={t(`settings.${setting}.label`)}
      labelId={labelId}
      text={t(`settings.${setting}.text`)}
      value={saved === '' ? t('settings.none') : saved}
      stacked
    >
      <form
        noValidate
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          // In a dialog over another form it is not that one that is sent.
          event.stopPropagation();
          void save();
        }}
      >
        <TextInput
          ref={input}
          aria-labelledby={labelId}
          spellCheck={false}
          autoComplete="off"
          maxLength={4096}
          {...(placeholder === undefined ? {} : { placeholder })}
          value={value}
          error={refusal}
          onChange={(event) => {
            action.clear();
            setWrong(null);
            setTyped(event.currentTarget.value);
          }}
        />
        {typed !== null && typed !== saved && (
          <Button type="submit" busy={action.busy}>
            {t('common.save')}
          </Button>
        )}
      </form>
    </SettingRow>
  );
}

function FieldTrouble({ trouble }: { trouble: Trouble }) {
  const { title, next } = useTroubleText(trouble.code);
  return `${title}. ${next}`;
}
