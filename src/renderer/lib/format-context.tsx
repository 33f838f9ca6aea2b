import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { createFormat, type Format } from './format.ts';
import { type Language, pickLocale } from './languages.ts';

const FormatContext = createContext<Format | null>(null);

export function FormatProvider({ language, children }: { language: Language; children: ReactNode }) {
  const format = useMemo(() => createFormat(pickLocale(language, navigator.languages)), [language]);
  return <FormatContext value={format}>{children}</FormatContext>;
}

export function useFormat(): Format {
  const format = useContext(FormatContext);
  if (format === null) throw new Error('there is no FormatProvider above');
  return format;
}
