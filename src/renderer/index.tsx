import './theme/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { App } from './app/app.tsx';
import { preloadScreen } from './app/screens.ts';
import { WindowProvider } from './lib/window-context.tsx';
import { first, store, texts } from './start.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

// No `await` here: the screens import from this module's file, which would then wait for them and they for it.
const screen = first.then((state) => (state === null ? undefined : preloadScreen(state, location.hash)));
void Promise.all([texts, screen]).then(([i18n]) =>
  createRoot(root).render(
    <StrictMode>
      <I18nextProvider i18n={i18n}>
        <WindowProvider store={store}>
          <App />
        </WindowProvider>
      </I18nextProvider>
    </StrictMode>,
  ),
);
