import type { TFunction } from 'i18next';

/** What is wrong with the address of a proxy, in words; null for a good one and for none. */
export function proxyError(text: string, t: TFunction): string | null {
  if (text === '') return null;
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return t('settings.proxy.form');
  const { username, password } = new URL(text);
  return username === '' && password === '' ? null : t('settings.proxy.password');
}
