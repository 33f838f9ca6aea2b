import './theme/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { App } from './app/app.tsx';
import { WindowProvider } from './lib/window-context.tsx';
import { store, texts } from './start.ts';

const i18n = await texts;
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <I18nextProvider i18n={i18n}>
      <WindowProvider store={store}>
        <App />
      </WindowProvider>
    </I18nextProvider>
  </StrictMode>,
);
