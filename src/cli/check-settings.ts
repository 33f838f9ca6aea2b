import { settingsChangeSchema } from '../contract/settings.ts';
import { settingsFromTexts, settingTexts } from '../core/adapters/settings-sources.ts';
import { allowedFor } from './allowed-for.ts';
import { type Context, UsageError } from './context.ts';

/** @throws UsageError for a setting that does not exist or cannot have that value: whoever fixes one for a command must know that it counts */
export function checkSettings({ t }: Pick<Context, 't'>, given: readonly string[]): void {
  const texts = settingTexts(given);
  const names = Object.keys(settingsChangeSchema.shape);
  for (const [name, text] of Object.entries(texts)) {
    if (!names.includes(name)) {
      throw new UsageError(
        'usage.unknownSetting',
        { name },
        names.map((known) => `  ${known}`),
      );
    }
    const { problems } = settingsFromTexts({ [name]: text }, 'command-line');
    if (text === '' || problems.length > 0) {
      throw new UsageError(
        'usage.badValue',
        { name: `--set ${name}` },
        allowedFor(name, t).map((allowed) => `  ${allowed}`),
      );
    }
  }
}
