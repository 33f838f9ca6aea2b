import type { Browser, Page } from 'playwright-core';
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
  { language = 'es', theme = 'light', size = sizes.desktop, reducedMotion = 'reduce' }: WindowOptions = {},
): Promise<OpenWindow> {
  const { settings } = scenario.world.state;
  const opened = await openScenario(scenario, { settings: { ...settings, language, theme } });
  const context = await browser.newContext({
    viewport: size,
    locale: { es: 'es-PE', en: 'en-US', pt: 'pt-BR' }[language],
    timezoneId: 'America/Lima',
    reducedMotion,
  });
  await context.clock.setFixedTime(present);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (origin !== opened.origin && protocol !== 'blob:') complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(opened.address);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return {
    ...opened,
    page,
    complaints,
    async end() {
      await context.close();
      await opened.close();
    },
  };
}
