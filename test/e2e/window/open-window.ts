import type { Browser, ConsoleMessage, Page, Request } from 'playwright-core';
import type { Language } from '../../../src/contract/primitives.ts';
import { type OpenScenario, openScenario } from '../../fakes/client/open-scenario.ts';
import type { Scenario } from '../../fakes/client/scenarios/scenario.ts';
import { present } from '../../fakes/client/states.ts';

export interface OpenWindow extends OpenScenario {
  readonly page: Page;
  /** What the browser complained about and every request that left this origin: nothing, in a window that is well. */
  readonly complaints: readonly string[];
  /** Ends the page and its core. */
  end(): Promise<void>;
}

export interface WindowOptions {
  readonly language?: Language;
  readonly theme?: 'light' | 'dark';
  readonly size?: { readonly width: number; readonly height: number };
  /** Browser features as a person has them set. */
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

/** The window's first size and its least. */
export const sizes = {
  desktop: { width: 1280, height: 800 },
  smallest: { width: 1024, height: 640 },
} as const;

/** A new profile of the browser with the scenario's window open in it, its clock standing at the scenarios' present. */
export async function openWindow(
  browser: Browser,
  scenario: Scenario,
  options: WindowOptions = {},
): Promise<OpenWindow> {
  const page = await newPage(browser, options);
  const { complaints, opened } = await show(page, scenario, options);
  return {
    ...opened,
    page,
    complaints,
    async end() {
      await page.context().close();
      await opened.close();
    },
  };
}

export interface ReusedPage {
  open(scenario: Scenario): Promise<OpenWindow>;
  /** Ends page and core; the next window has a new page. */
  drop(): Promise<void>;
}

/**
 * Opens windows one after the other in one page, which saves the browser a process for each. Every window is a new document of a new
 * origin and finds nothing of the one before; `end` leaves it open until the next one takes its place, so that it does not complain of its core.
 */
export function reusePage(browser: Browser, options: WindowOptions = {}): ReusedPage {
  let page: Page | undefined;
  let before: OpenScenario | undefined;
  return {
    async open(scenario) {
      page ??= await newPage(browser, options);
      const shown = page;
      // Where it was left, the pointer would lie on something else.
      await shown.mouse.move(0, 0);
      // The one before may be fetching what it would need next: no complaint about this one.
      await shown.goto('about:blank');
      await before?.close();
      const { complaints, opened, ignore } = await show(shown, scenario, options);
      before = opened;
      return { ...opened, page: shown, complaints, end: async () => ignore() };
    },
    async drop() {
      await page?.context().close();
      await before?.close();
      page = undefined;
      before = undefined;
    },
  };
}

async function newPage(
  browser: Browser,
  { language = 'es', size = sizes.desktop, reducedMotion = 'reduce' }: WindowOptions,
): Promise<Page> {
  const context = await browser.newContext({
    viewport: size,
    locale: { es: 'es-PE', en: 'en-US', pt: 'pt-BR' }[language],
    timezoneId: 'America/Lima',
    reducedMotion,
  });
  await context.clock.setFixedTime(present);
  return context.newPage();
}

async function show(page: Page, scenario: Scenario, { language = 'es', theme = 'light' }: WindowOptions) {
  const { settings } = scenario.world.state;
  const opened = await openScenario(scenario, { settings: { ...settings, language, theme } });
  const complaints: string[] = [];
  const onConsole = (message: ConsoleMessage) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  };
  const onError = (error: Error) => void complaints.push(String(error));
  const onRequest = (request: Request) => {
    const { protocol, origin } = new URL(request.url());
    if (origin !== opened.origin && protocol !== 'blob:') complaints.push(`asked for ${request.url()}`);
  };
  page.on('console', onConsole).on('pageerror', onError).on('request', onRequest);
  await page.goto(opened.address);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return {
    opened,
    complaints,
    ignore() {
      page.off('console', onConsole).off('pageerror', onError).off('request', onRequest);
    },
  };
}
