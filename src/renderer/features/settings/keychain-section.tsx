import { Switch } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { StateChip } from '../../components/state-chip.tsx';
import { useAppState } from '../../lib/window-context.tsx';
import { Section, SettingRow } from './section.tsx';
import { useUpdate } from './use-update.ts';

const tones = { ok: 'ok', unavailable: 'warn', locked: 'warn', denied: 'stop' } as const;

/** Where the session is kept, and the explicit choice of a file where the machine has no keychain. */
export function KeychainSection() {
  const { t } = useTranslation();
  const { backend, state } = useAppState((app) => app.keychain);
  // Without a session it is the key that a license is bound to.
  const signedIn = useAppState((app) => app.profile !== null);
  const isWanted = useAppState((app) => app.settings.secretsOnDisk);
  const isBound = useAppState(
    (app) => app.licenses?.some(({ kind }) => kind === 'license' || kind === 'borrow') ?? false,
  );
  // What stands there is read on where there is no keychain to move it to.
  const onDisk = isWanted || backend === 'file';
  const update = useUpdate();
  const diskId = useId();
  return (
    <Section title={signedIn ? t('keychain.title') : t('keychain.titleOfKey')}>
      <SettingRow
        setting={null}
        label={t(`keychain.backend.${backend}`)}
        text={t(`keychain.means.${backend}`)}
        value=""
      >
        <StateChip tone={backend === 'memory' && state === 'ok' ? 'warn' : tones[state]}>
          {t(`keychain.state.${state}`)}
        </StateChip>
      </SettingRow>
      {(backend === 'memory' || backend === 'file') && (
        <SettingRow
          setting="secretsOnDisk"
          label={t('keychain.onDisk.label')}
          labelId={diskId}
          text={backend === 'file' && isBound ? t('keychain.onDisk.bound') : t('keychain.onDisk.text')}
          value={onDisk ? t('common.yes') : t('common.no')}
        >
          <Switch
            size="md"
            aria-labelledby={diskId}
            checked={onDisk}
            onChange={(event) => update({ secretsOnDisk: event.currentTarget.checked })}
          />
        </SettingRow>
      )}
    </Section>
  );
}
