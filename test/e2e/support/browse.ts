import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** The machine may be busy with other work: a state that is on its way is waited for this long, ms. */
export const patience = 30_000;

/** A person's browser: its own cookies, and a record of everything that it complained about. */
export interface PersonBrowser {
  readonly context: BrowserContext;
  /** Complaints that were not expected, since they were taken last. */
  takeComplaints(): string[];
  /** A complaint that belongs to what the test does, such as an answer of 4xx that the browser itself writes down. */
  expect(complaint: RegExp): void;
  close(): Promise<void>;
}

/** @param known origins that a page may ask; a request to any other is a complaint */
export async function openBrowser(browser: Browser, known: () => readonly string[]): Promise<PersonBrowser> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'es-PE',
    timezoneId: 'America/Lima',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  context.setDefaultTimeout(patience);
  const heard: string[] = [];
  const expected: RegExp[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      heard.push(`${message.text()} ${message.location().url}`.trim());
  });
  context.on('weberror', (error) => heard.push(String(error.error())));
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'blob:' && protocol !== 'data:' && !known().includes(origin))
      heard.push(`asked for ${request.url()}`);
  });
  return {
    context,
    takeComplaints: () =>
      heard.splice(0).filter((complaint) => !expected.some((pattern) => pattern.test(complaint))),
    expect: (complaint) => void expected.push(complaint),
    close: () => context.close(),
  };
}

/** Fails for every rule of axe that the page breaks. */
export async function look(page: Page): Promise<void> {
  // In the page itself: otherwise each judgment opens another page, to put together what frames say.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  expect(
    violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ target, html }) => [target, html]) })),
  ).toEqual([]);
}

/** Goes by Tab alone until the element has the focus; fails when the keyboard does not lead there. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let step = 0; step < 60; step++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${target}`);
}

/** Waits until the element has the focus, which is how a person at the keyboard knows that a step begins. */
export function focused(target: Locator): Promise<void> {
  return target.and(target.page().locator(':focus')).waitFor({ state: 'attached' });
}

/** Tab to it and press Enter. */
export async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

/** Tab to a field and write; what it held is replaced. */
export async function write(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
}
