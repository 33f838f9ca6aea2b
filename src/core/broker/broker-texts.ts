import type { BrokerLicense } from '../../contract/broker.ts';
import type { AldabaError, ErrorCode } from '../../contract/errors.ts';
import { type Language, languages } from '../../contract/primitives.ts';
import type { LicenseWarning } from '../../domain/license-facts.ts';

interface StatusTexts {
  state: Record<BrokerLicense['state'], string>;
  warning: Record<LicenseWarning['kind'], string>;
  /** What a program waits for while nobody is signed in. */
  signIn: string;
  because: string;
  refusal: string;
}
type ErrorTexts = Record<ErrorCode, { title: string; means: string; next: string }>;

/** What programs say to their person, in one language. */
export interface BrokerTexts {
  /** A sentence for the status bar: where the license stands, until when, and why. At most 1000 characters. */
  status(license: BrokerLicense): string;
  warning(warning: LicenseWarning): string;
  readonly signIn: string;
  refusal(error: AldabaError): { message: string; next: string };
}

async function files(language: Language): Promise<{ broker: StatusTexts; errors: ErrorTexts }> {
  const json = { with: { type: 'json' } } as const;
  switch (language) {
    case 'es':
      return {
        broker: (await import('../../../resources/locales/es/broker.json', json)).default,
        errors: (await import('../../../resources/locales/es/errors.json', json)).default,
      };
    case 'en':
      return {
        broker: (await import('../../../resources/locales/en/broker.json', json)).default,
        errors: (await import('../../../resources/locales/en/errors.json', json)).default,
      };
    case 'pt':
      return {
        broker: (await import('../../../resources/locales/pt/broker.json', json)).default,
        errors: (await import('../../../resources/locales/pt/errors.json', json)).default,
      };
  }
}

const loaded = new Map<Language, Promise<BrokerTexts>>();

/** Reads a language's texts once; the others cost nothing. */
export function loadBrokerTexts(language: Language): Promise<BrokerTexts> {
  const known = loaded.get(language);
  if (known !== undefined) return known;
  const texts = files(language).then(({ broker, errors }) => createTexts(language, broker, errors));
  loaded.set(language, texts);
  return texts;
}

/** The complete language nearest to a BCP 47 tag; the first one that fits of several. Spanish when none does. */
export function nearestLanguage(...tags: (string | null | undefined)[]): Language {
  for (const tag of tags) {
    const primary = tag?.toLowerCase().split(/[-_]/)[0];
    const found = languages.find((language) => language === primary);
    if (found !== undefined) return found;
  }
  return 'es';
}

function createTexts(language: Language, broker: StatusTexts, errors: ErrorTexts): BrokerTexts {
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  return {
    status({ state, until, reason }) {
      const text = broker.state[state];
      // Formatting a moment costs more than the rest of an answer together.
      const when = until !== undefined && text.includes('{{until}}') ? moment.format(new Date(until)) : '';
      const sentence = fill(text, { until: when });
      // "Read only" says nothing as a reason; it is the state itself.
      if (reason === undefined || reason === 'read-only') return sentence;
      return fill(broker.because, { sentence, reason: errors[reason].title });
    },
    warning: ({ kind, at }) =>
      fill(broker.warning[kind], { at: at === null ? '' : moment.format(new Date(at)) }),
    signIn: broker.signIn,
    refusal({ code }) {
      const { title, means, next } = errors[code];
      return { message: fill(broker.refusal, { title, means }), next };
    },
  };
}

/** i18next's own placeholders, without its machinery. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  if (!text.includes('{{')) return text;
  return text.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => values[name] ?? '');
}
