import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppState } from '../../lib/window-context.tsx';
import { ChooseAccount } from '../sign-in/choose-account.tsx';
import { SignIn } from '../sign-in/sign-in.tsx';
import { EnterKey } from './enter-key.tsx';
import { ModeChoice } from './mode-choice.tsx';
import { PortalAddress } from './portal-address.tsx';
import { SetupPanel } from './setup-panel.tsx';
import classes from './setup-screen.module.css';
import { Standalone } from './standalone.tsx';

/** First run, and change of mode: one step at a time, chosen by the core. */
export function SetupScreen() {
  const { t } = useTranslation();
  const step = useAppState((state) => state.setup.step);
  const main = useRef<HTMLElement>(null);

  // Each step starts where the person goes on: its first field, or its heading where there is something to read first.
  useEffect(() => {
    const start = main.current?.querySelector<HTMLElement>('[data-autofocus]');
    (start ?? main.current?.querySelector<HTMLElement>('h1'))?.focus();
    document.title = t(`setup.title.${step}`);
  }, [step, t]);

  return (
    <div className={classes.screen}>
      <SetupPanel />
      <main className={classes.main} ref={main} id="content" tabIndex={-1}>
        <div className={classes.column}>
          <CurrentStep />
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
    case 'portal-address':
      return <PortalAddress setup={setup} />;
    case 'sign-in':
      return <SignIn setup={setup} />;
    case 'choose-account':
      return <ChooseAccount setup={setup} />;
    case 'enter-key':
      return <EnterKey setup={setup} />;
    case 'standalone':
      return <Standalone setup={setup} />;
    case 'done':
      return null;
  }
}
