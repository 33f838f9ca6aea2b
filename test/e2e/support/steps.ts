import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Mode } from '../../../src/contract/primitives.ts';
import { focused, look, patience, tabTo } from './browse.ts';
import { just, onPage, say } from './texts.ts';

/** The first run up to the step that its mode begins with, by keyboard. @param check how the step looks; axe by default */
export async function chooseMode(page: Page, mode: Mode, check = look): Promise<void> {
  await page.getByRole('heading', { level: 1, name: say('setup.mode.heading') }).waitFor();
  await check(page);
  const choice = page.getByRole('radio', { name: say(`mode.${mode}.title`) });
  const first = page.getByRole('radio').first();
  await focused(first);
  for (let step = 0; step < 3 && !(await choice.isChecked()); step++) await page.keyboard.press('ArrowDown');
  expect(await choice.isChecked()).toBe(true);
  await page.keyboard.press('Enter');
}

/** Types the portal's address. */
export async function enterPortal(page: Page, address: string, check = look): Promise<void> {
  const field = page.getByRole('textbox', { name: say('setup.portal.label') });
  await focused(field);
  await check(page);
  await page.keyboard.type(address);
  await page.keyboard.press('Enter');
}

/** Fills in the sign-in and sends it; what comes of it is the caller's to look at. */
export async function signIn(page: Page, email: string, password: string): Promise<void> {
  const address = page.getByRole('textbox', { name: just('signIn.email') });
  await page.getByRole('heading', { level: 1, name: say('signIn.heading') }).waitFor();
  await tabTo(page, address);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(email);
  await page.keyboard.press('Tab');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
}

/** From nothing to signed in, on one computer. How its steps look is for the journeys that begin with them. */
export async function setUpAndSignIn(
  page: Page,
  who: { portal: string; email: string; password: string },
): Promise<void> {
  const pass = async () => undefined;
  await chooseMode(page, 'cloud-signin', pass);
  await enterPortal(page, who.portal, pass);
  await signIn(page, who.email, who.password);
  await page.getByRole('navigation', { name: say('shell.pages') }).waitFor();
}

/** To a page of the window by its link at the side. */
export async function goTo(page: Page, name: 'license' | 'programs' | 'people' | 'settings'): Promise<void> {
  await tabTo(page, page.getByRole('link', { name: just(`page.${name}`) }));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: just(`page.${name}`) }).waitFor();
}

/** On the portal's page for it, sets a password by a mailed link. */
export async function setPassword(page: Page, password: string): Promise<void> {
  const field = page.getByLabel(onPage('setPassword.label'), { exact: true });
  await focused(field);
  await look(page);
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page
    .getByRole('heading', { level: 1, name: onPage('setPassword.doneTitle') })
    .waitFor({ timeout: patience });
  await look(page);
}
