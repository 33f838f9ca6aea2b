import type { TFunction } from 'i18next';
import { parseLicenseKey } from '../../../domain/license-key.ts';

/** What is wrong with a key as typed, before anybody is asked: nothing there, or a slip that its checksum shows. */
export function keyError(key: string, t: TFunction): { key?: string } {
  if (key.trim() === '') return { key: t('setup.key.missing') };
  return parseLicenseKey(key) === undefined ? { key: t('setup.key.slip') } : {};
}
