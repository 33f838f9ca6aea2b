import type errors from '../../resources/locales/es/errors.json';
import type window from '../../resources/locales/es/window.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'window';
    returnNull: false;
    resources: { window: typeof window; errors: typeof errors };
  }
}
