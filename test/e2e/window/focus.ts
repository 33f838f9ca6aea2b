import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** What has the focus, as a person hears it: its name, its label or its words. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return 'nothing';
    const label =
      element instanceof HTMLInputElement || element instanceof HTMLSelectElement
        ? element.labels?.[0]?.textContent
        : undefined;
    return (element.ariaLabel ?? label ?? element.textContent).trim();
  });
}

export function expectFocus(page: Page, words: string | RegExp): Promise<void> {
  return expect.poll(() => focused(page)).toMatch(words);
}

/** Presses Tab until the focus is there; fails when a whole round does not meet it. */
export async function tabTo(page: Page, words: RegExp): Promise<void> {
  const seen: string[] = [];
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    if (words.test(now)) return;
    seen.push(now);
  }
  throw new Error(`Tab never met ${words}, only: ${seen.join(' | ')}`);
}

/** Whether what has the focus shows it: a ring around it or around what stands for it. */
export function showsFocus(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    for (let element = document.activeElement; element !== null; element = element.parentElement) {
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      if (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2) return true;
      if (element.matches('form, main, nav, body')) return false;
    }
    return false;
  });
}
