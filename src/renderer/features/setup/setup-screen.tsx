import { Suspense, useEffect } from 'react';
import { DeviceKeyBanner } from '../../app/device-key-banner.tsx';
import { KeychainBanner } from '../../app/keychain-banner.tsx';
import { type Notice, Notices } from '../../app/notices.tsx';
import { laterSteps, shell } from '../../app/screens.ts';
import { useAppState } from '../../lib/window-context.tsx';
import { ModeChoice } from './mode-choice.tsx';
import { SetupPanel } from './setup-panel.tsx';
import classes from './setup-screen.module.css';
import { StartOfStep } from './start-of-step.tsx';

/** First run, and change of mode: one step at a time, chosen by the core. */
export function SetupScreen() {
  // What comes next is fetched while the person reads, and not before this can be used.
  useEffect(() => {
    const timer = setTimeout(() => void laterSteps.preload().then(shell.preload), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={classes.screen}>
      <SetupPanel />
      <main className={classes.main} id="content" tabIndex={-1}>
        <div className={classes.column}>
          <div className={classes.notices} role="status">
            <KeychainBanner />
            <DeviceKeyBanner />
            <Notices without={isSaidByStep} />
          </div>
          <Suspense>
            <CurrentStep />
            <StartOfStep />
          </Suspense>
        </div>
      </main>
    </div>
  );
}

/** That the session ended, and, of each program that may only read until then, that somebody has to sign in. */
function isSaidByStep({ id, code }: Notice): boolean {
  return id === 'session-ended' || code === 'session-ended' || code === 'not-signed-in';
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
