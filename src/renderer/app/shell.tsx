import '../theme/shell.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorBoundary } from '../components/error-boundary.tsx';
import { PageSkeleton } from '../components/page.tsx';
import { StepUpProvider } from '../components/step-up.tsx';
import { Themed } from '../components/themed.tsx';
import { ToastProvider } from '../components/toasts.tsx';
import LicensePage from '../features/license/license-page.tsx';
import { type Page, visiblePages } from '../lib/pages.ts';
import { usePage } from '../lib/use-page.ts';
import { useAppState } from '../lib/window-context.tsx';
import { Banners } from './banners.tsx';
import { laterPages } from './screens.ts';
import classes from './shell.module.css';
import { Sidebar } from './sidebar.tsx';
import { useRecheck } from './use-recheck.ts';

const contents = {
  license: LicensePage,
  programs: laterPages.programs.Component,
  people: laterPages.people.Component,
  settings: laterPages.settings.Component,
} satisfies Record<Page, unknown>;

/**
 * The window once it is set up: pages at the side, what everybody must know above, the page. `takesFocus` when it takes the place of
 * something that had the focus.
 */
export default function Shell({ takesFocus }: { takesFocus: boolean }) {
  const { t } = useTranslation();
  const [queries] = useState(createQueries);
  const main = useRef<HTMLElement>(null);
  const page = useCurrentPage();
  const Content = contents[page];
  useRecheck();

  const shown = useRef(page);
  useEffect(() => {
    document.title = t('page.window', { page: t(`page.${page}`) });
    if (shown.current === page) return;
    shown.current = page;
    main.current?.scrollTo(0, 0);
    main.current?.focus();
  }, [page, t]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it concerns the first drawing only
  useEffect(() => {
    if (takesFocus && document.activeElement === document.body) main.current?.focus();
  }, []);

  return (
    <Themed>
      <QueryClientProvider client={queries}>
        <ToastProvider>
          <StepUpProvider>
            {/* biome-ignore lint/a11y/useValidAnchor: a skip link; the address already names the page */}
            <a className={classes.skip} href="#content" onClick={(event) => skip(event, main.current)}>
              {t('shell.skip')}
            </a>
            <div className={classes.shell}>
              <Sidebar page={page} />
              <main
                ref={main}
                className={classes.main}
                id="content"
                tabIndex={-1}
                aria-label={t(`page.${page}`)}
              >
                <Banners page={page} />
                <ErrorBoundary resetKey={page}>
                  <Suspense fallback={<PageSkeleton title={t(`page.${page}`)} />}>
                    <Content />
                  </Suspense>
                </ErrorBoundary>
              </main>
            </div>
          </StepUpProvider>
        </ToastProvider>
      </QueryClientProvider>
    </Themed>
  );
}

/** What the address names when this person has it, else the license. */
function useCurrentPage(): Page {
  const asked = usePage();
  const setup = useAppState((state) => state.setup);
  const profile = useAppState((state) => state.profile);
  const settings = useAppState((state) => state.settings);
  return asked !== null && visiblePages({ setup, profile, settings }).includes(asked) ? asked : 'license';
}

/** The address names the page, so the link must not change it. */
function skip(event: React.MouseEvent, main: HTMLElement | null): void {
  event.preventDefault();
  main?.focus();
}

function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The core is on this machine and knows better than the browser whether it can reach the portal; it also retries by itself.
      queries: { networkMode: 'always', retry: false, staleTime: 30_000, refetchOnWindowFocus: false },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}
