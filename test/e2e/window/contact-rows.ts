import type { Locator, Page } from 'playwright-core';

/** Rows of the contacts table that are on the page and have been read. */
export function rows(page: Page): Locator {
  return page.locator('[role=row][data-index]:not([aria-busy])');
}

/** The row at a place of the whole table, from 0. */
export function rowAt(page: Page, index: number): Locator {
  return page.locator(`[role=row][data-index="${index}"]:not([aria-busy])`);
}
