import { type RefObject, Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { DeviceKeyBanner } from '../../app/device-key-banner.tsx';
import { KeychainBanner } from '../../app/keychain-banner.tsx';
import { laterSteps, shell } from '../../app/screens.ts';
import { useAppState } from '../../lib/window-context.tsx';
import { ModeChoice } from './mode-choice.tsx';
import { SetupPanel } from './setup-panel.tsx';
import classes from './setup-screen.module.css';

/** First run, and change of mode: one step at a time, chosen by the core. */
export function SetupScreen() {
  const main = useRef<HTMLElement>(null);
  // What comes next is fetched while the person reads, and not before this can be used.
  useEffect(() => {
    const timer = setTimeout(() => void laterSteps.preload().then(shell.preload), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={classes.screen}>
      <SetupPanel />
      <main className={classes.main} ref={main} id="content" tabIndex={-1}>
        <div className={classes.column}>
          <div className={classes.notice} role="status">
            <KeychainBanner />
            <DeviceKeyBanner />
          </div>
          <Suspense>
            <CurrentStep />
            <StartOfStep main={main} />
          </Suspense>
        </div>
      </main>
    </div>
  );
}

function CurrentStep() {
  const setup = useAppState((state) => state.setup);
  switch (setup.step) {
    case 'choose-mode':
      return <ModeChoice setup={setup} />;
    case 'done':
      return null;
    default:
      return <laterSteps.Component setup={setup} />;
  }
}

/** Each step starts where the person goes on: its first field, or its heading where there is something to read first. */
function StartOfStep({ main }: { main: RefObject<HTMLElement | null> }) {
  const { t } = useTranslation();
  const step = useAppState((state) => state.setup.step);
  useEffect(() => {
    const start = main.current?.querySelector<HTMLElement>('[data-autofocus]');
    (start ?? main.current?.querySelector<HTMLElement>('h1'))?.focus();
    document.title = t(`setup.title.${step}`);
  }, [main, step, t]);
  return null;
}
