import { expect, test } from 'vitest';
import { settingsFromEnvironment, settingsFromTexts } from './settings-sources.ts';

test('environment and command line are texts', () => {
  expect(
    settingsFromEnvironment({
      ALDABA_MODE: 'cloud-key',
      ALDABA_EXTRA_CA_FILE: '/etc/ca.pem',
      ALDABA_AUTO_START: 'off',
      ALDABA_UPDATE_CHANNEL: 'off',
      ALDABA_SECRETS_ON_DISK: '1',
      ALDABA_DOWNLOAD_FOLDER: '',
      ALDABA_THEME: 'sepia',
      ALDABA_PROXY: 'null',
      HOME: '/root',
    }),
  ).toEqual({
    values: {
      mode: 'cloud-key',
      extraCaFile: '/etc/ca.pem',
      autoStart: false,
      updateChannel: 'off',
      secretsOnDisk: true,
      proxy: null,
    },
    problems: [{ source: 'environment', file: null, field: 'theme' }],
  });
  expect(settingsFromTexts({ telemetry: 'true', downloadFolder: 'yes' }, 'command-line')).toEqual({
    values: { downloadFolder: 'yes' },
    problems: [{ source: 'command-line', file: null, field: 'telemetry' }],
  });
});
