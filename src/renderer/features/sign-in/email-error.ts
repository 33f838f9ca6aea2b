import type { TFunction } from 'i18next';

/** What is plainly wrong with an address; null when the portal may judge it. */
export function emailError(email: string, t: TFunction): string | null {
  if (email.trim() === '') return t('signIn.emailMissing');
  return /^\S+@\S+\.\S+$/.test(email.trim()) ? null : t('signIn.emailWrong');
}
