import AxeBuilder from '@axe-core/playwright';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { rateLimit } from '../../../src/portal/db/schema.ts';
import { startTestPortal, type TestPortal, testPassword } from '../../portal/support.ts';
import { launchBrowser } from '../../support/browser.ts';

/** Was invited and has no password yet. */
export const nueva = 'nueva@condor.example';
/** Has `testPassword`. */
export const luis = 'luis@condor.example';

/** A portal with a company of two people, and its pages in a browser; one of each per file that asks, one profile of the browser per test. */
export interface PortalPages {
  readonly portal: TestPortal;
  readonly page: Page;
  /** Errors of the page that `open` showed. */
  readonly complaints: readonly string[];
  /** What that page asked for: method and address. */
  readonly requested: readonly string[];
  open(address: string, options?: Parameters<Browser['newContext']>[0]): Promise<void>;
  close(): Promise<void>;
  view(name: string): Locator;
  alert(words: string): Promise<void>;
  heading(): Locator;
  /** The password's rules with how each stands, in the words that are read out. */
  rules(): Promise<string[]>;
  /** Rules of axe that the page breaks, with the places. */
  violations(): Promise<unknown[]>;
  /** A new link to set a password, as mailed. */
  linkFor(email: string): Promise<string>;
}

/** Registers the hooks of the file that calls it. @param missing why there is no browser; the pages are then not opened */
export function portalPages(missing: string | undefined): PortalPages {
  let portal: TestPortal;
  let browser: Browser | undefined;
  let context: BrowserContext | undefined;
  let page: Page;
  const complaints: string[] = [];
  const requested: string[] = [];

  beforeAll(async () => {
    portal = await startTestPortal({
      settings: { outboxPage: true, supportEmail: 'ayuda@aldaba.example' },
    });
    await portal.company('Estructuras Cóndor', [
      { email: nueva, role: 'license-installer', firstName: 'Nadia', lastName: 'Huamán' },
      {
        email: luis,
        role: 'license-installer',
        password: testPassword,
        firstName: 'Luis',
        lastName: 'Mamani',
      },
    ]);
    if (missing === undefined) browser = await launchBrowser();
  });
  afterEach(() => context?.close());
  afterAll(async () => {
    await browser?.close();
    await portal.close();
  });

  return {
    get portal() {
      return portal;
    },
    get page() {
      return page;
    },
    complaints,
    requested,
    async open(address, options = {}) {
      if (browser === undefined) throw new Error(missing ?? 'the browser was not started');
      context = await browser.newContext({ locale: 'es-PE', ...options });
      page = await context.newPage();
      complaints.length = 0;
      requested.length = 0;
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        // A refusal is an answer with its status; the console notes each.
        if (message.type() === 'error' && !message.text().includes('status of 4'))
          complaints.push(message.text());
      });
      page.on('request', (request) => requested.push(`${request.method()} ${request.url()}`));
      await page.goto(address);
    },
    async close() {
      await context?.close();
    },
    view: (name) => page.locator(`[data-view="${name}"]`),
    alert: (words) => page.getByRole('alert').filter({ hasText: words }).waitFor(),
    rules: async () =>
      (await page.locator('.rules li').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim()),
    heading: () => page.getByRole('heading', { level: 1 }),
    async violations() {
      // The mail's frame has a policy of its own under which no script of the check runs.
      // In the page itself: otherwise each judgment opens another page, to put together what frames say.
      const { violations: found } = await new AxeBuilder({ page })
        .setLegacyMode()
        .exclude('iframe')
        .analyze();
      return found.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
    },
    async linkFor(email) {
      const before = portal.mails.length;
      // So that the outbox has it first.
      portal.clock.advance(1000);
      await portal.services.database.queries.delete(rateLimit);
      await portal.client().passwords.requestLink({ email, language: 'es' });
      const find = () =>
        portal.mails.slice(before).find((sent) => sent.to === email && sent.text.includes('#token='));
      await expect.poll(find, { interval: 10 }).toBeDefined();
      return /http\S+#token=[\w-]+/.exec(find()?.text ?? '')?.[0] ?? '';
    },
  };
}
