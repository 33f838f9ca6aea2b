import './theme/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { App } from './app/app.tsx';
import { pickLanguage } from './lib/languages.ts';
import { connectFor } from './lib/link.ts';
import { createTexts } from './lib/texts.ts';
import { WindowProvider } from './lib/window-context.tsx';
import { createWindowStore } from './lib/window-store.ts';

// The way to the core and the texts open side by side; the system's language is the best guess until the snapshot names one.
const store = createWindowStore(connectFor(window));
const texts = await createTexts(pickLanguage(null, navigator.languages));

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <I18nextProvider i18n={texts}>
      <WindowProvider store={store}>
        <App />
      </WindowProvider>
    </I18nextProvider>
  </StrictMode>,
);
