import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { expectFocus, tabTo } from './window/focus.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();

describeUnless(missing, 'for how many days seats are lent', () => {
  const { open } = useWindows();
  const change = /cambiar los días de préstamo de Pórtico/;

  async function ask(page: Page): Promise<void> {
    await page.getByRole('button', { name: change }).waitFor();
    await tabTo(page, change);
    await page.keyboard.press('Enter');
    await expectFocus(page, 'Días como máximo');
  }

  const outcome = (page: Page) => page.getByRole('dialog').getByRole('status').first();

  test('an administrator changes it by keyboard, and takes it back', async () => {
    const { page, core } = await open('people/few');
    await ask(page);
    await expect.poll(() => outcome(page).textContent()).toBe('Hasta 14 días por préstamo.');
    await page.keyboard.type('30');
    await expect.poll(() => outcome(page).textContent()).toBe('Hasta 30 días por préstamo.');
    await page.getByText('Lo que ya está prestado no cambia.').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('Préstamo: hasta 30 días').waitFor();
    await page.getByText('Los puestos de Pórtico se prestan hasta por 30 días.').waitFor();
    await expectFocus(page, change);
    await page.keyboard.press('Control+z');
    await page.getByText('Préstamo: hasta 14 días').waitFor();
    const poolId = core.directory.pools[1]?.id;
    expect(core.callsTo('people.setBorrowDays')).toEqual([
      { poolId, borrowDays: 30 },
      { poolId, borrowDays: 14 },
    ]);
  });

  test('none are lent with 0; other numbers than 0 to 30 are not asked for', async () => {
    const { page, core } = await open('people/few');
    await ask(page);
    for (const typed of ['31', '-1', '']) {
      await page.getByRole('spinbutton').fill(typed);
      await page.keyboard.press('Enter');
      await page.getByText('Escriba un número entero de 0 a 30.').waitFor();
    }
    expect(core.callsTo('people.setBorrowDays')).toEqual([]);
    await page.getByRole('spinbutton').fill('0');
    await expect.poll(() => outcome(page).textContent()).toBe('Nadie podrá llevarse un puesto prestado.');
    await page.keyboard.press('Enter');
    await page.getByText('Los puestos de Pórtico ya no se prestan.').waitFor();
    await page.getByText('Sin préstamo').waitFor();
  });

  test('saving what it was asks nobody', async () => {
    const { page, core } = await open('people/few');
    await ask(page);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(core.callsTo('people.setBorrowDays')).toEqual([]);
  });

  test('a refusal stays in the dialog; one to take it back is said', async () => {
    const { page, core } = await open('people/lend-refused');
    await ask(page);
    await page.keyboard.type('3');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Código de referencia: 01JNB7Q4ZK').waitFor();
    await page.getByText('Préstamo: hasta 14 días').waitFor();
    core.allow('people.setBorrowDays');
    await page.keyboard.press('Enter');
    await page.getByText('Préstamo: hasta 3 días').waitFor();
    core.refuse('people.setBorrowDays', 'forbidden');
    await page.getByRole('button', { name: /Deshacer/ }).click();
    await page.getByText('Su rol no permite', { exact: false }).first().waitFor();
    await page.getByText('Préstamo: hasta 3 días').waitFor();
  });

  test('who may not change it reads it; named seats say nothing of it', async () => {
    const { page } = await open('people/not-lent');
    await page.getByText('Sin préstamo').waitFor();
    expect(await page.getByText(/préstamo/i).count()).toBe(1);
    expect(await page.getByRole('button', { name: /préstamo/ }).count()).toBe(0);
  });
});
