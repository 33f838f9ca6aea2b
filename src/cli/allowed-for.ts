import { choicesOf } from '../contract/setting-values.ts';
import type { Context } from './context.ts';

/** What a setting takes, one a line: its choices, or its form in words. Empty: any text. */
export function allowedFor(setting: string, t: Context['t']): readonly string[] {
  if (setting === 'portal' || setting === 'proxy') return [t(`settingForms.${setting}`)];
  return choicesOf(setting);
}
