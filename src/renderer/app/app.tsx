import { Suspense, useEffect, useLayoutEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorBoundary } from '../components/error-boundary.tsx';
import { SetupScreen } from '../features/setup/setup-screen.tsx';
import { Announcer } from '../lib/announcer.tsx';
import { FormatProvider } from '../lib/format-context.tsx';
import { type Language, pickLanguage, rememberLanguage } from '../lib/languages.ts';
import { changeLanguage } from '../lib/texts.ts';
import { useScheme } from '../lib/use-scheme.ts';
import { useOptionalState } from '../lib/window-context.tsx';
import { Connecting } from './connecting.tsx';
import { LinkNotice } from './link-notice.tsx';
import { shell } from './screens.ts';

export function App() {
  const language = useLanguage();
  useSchemeOfPage();
  const state = useOptionalState();
  const wasSettingUp = useWasSettingUp();
  useLicenseAfterChange();
  return (
    <FormatProvider language={language ?? 'es'}>
      <Announcer>
        <LinkNotice />
        {state === null || language === null ? (
          <Connecting />
        ) : (
          <ErrorBoundary resetKey={state.setup.step}>
            {state.setup.step === 'done' ? (
              <Suspense fallback={<Connecting />}>
                <shell.Component takesFocus={wasSettingUp} />
              </Suspense>
            ) : (
              <SetupScreen />
            )}
          </ErrorBoundary>
        )}
      </Announcer>
    </FormatProvider>
  );
}

/** The language that shows. Null until the first one that the settings ask for is there, so that no text changes under the eyes. */
function useLanguage(): Language | null {
  const { i18n } = useTranslation();
  const chosen = useOptionalState()?.settings.language;
  const wanted = chosen === undefined ? null : pickLanguage(chosen, navigator.languages);
  const [shown, setShown] = useState<Language | null>(wanted === i18n.language ? wanted : null);
  useEffect(() => {
    if (wanted === null) return;
    let current = true;
    void changeLanguage(i18n, wanted).then(() => {
      if (!current) return;
      document.documentElement.lang = wanted === 'pt' ? 'pt-BR' : wanted;
      rememberLanguage(wanted);
      setShown(wanted);
    });
    return () => {
      current = false;
    };
  }, [wanted, i18n]);
  return shown;
}

/** Whether the setup has shown in this window. */
function useWasSettingUp(): boolean {
  const step = useOptionalState()?.setup.step;
  const [was, setWas] = useState(false);
  if (!was && step !== undefined && step !== 'done') setWas(true);
  return was;
}

/** Another way to the license is tried out where the license is, not on the page of settings that the change began on. */
function useLicenseAfterChange(): void {
  const state = useOptionalState();
  const isDone = state?.setup.step === 'done';
  const mode = state?.settings.mode;
  const [before, setBefore] = useState<typeof mode>(undefined);
  if (before === undefined && mode !== undefined && !isDone) setBefore(mode);
  useLayoutEffect(() => {
    if (!isDone || before === undefined) return;
    // A first run keeps the address that it was opened with.
    if (before !== null && mode !== before) history.replaceState(null, '', '#/license');
    setBefore(undefined);
  }, [isDone, before, mode]);
}

/** The page takes the theme before it is painted; the tokens and Mantine's styles read the same attribute. */
function useSchemeOfPage(): void {
  const scheme = useScheme();
  useLayoutEffect(() => {
    document.documentElement.dataset.mantineColorScheme = scheme;
  }, [scheme]);
}
