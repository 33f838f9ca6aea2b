import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { administratorProfile, id } from '../fakes/client/states.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { rows } from './window/contact-rows.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();
const wall = 'Ñ'.repeat(100);

/** Whether everything within shows without scrolling sideways, and lies in the window. */
function fits(place: Locator): Promise<boolean> {
  return place.evaluate((element) => {
    const { left, right } = element.getBoundingClientRect();
    return left >= 0 && right <= innerWidth && element.scrollWidth <= element.clientWidth;
  });
}

describeUnless(missing, 'long names', () => {
  const windows = useWindows();
  const open = (name: string) =>
    windows.open(name, { size: { width: 1024, height: 640 }, reducedMotion: 'reduce' });

  async function openWithWall(): Promise<{ page: Page; contact: string }> {
    const { page, core } = await open('people/few');
    const [, , , , , contact] = core.directory.contacts;
    if (contact === undefined) throw new Error('nobody is there');
    core.directory.change(contact.id, { lastName: wall });
    // Read again with the new name.
    core.update({ connection: { state: 'offline', since: null, problem: null } });
    await page.getByText('lo que ve puede no estar al día', { exact: false }).waitFor();
    core.update({ connection: { state: 'online', since: null, problem: null } });
    await page.getByRole('row', { name: new RegExp(wall) }).waitFor();
    return { page, contact: contact.id };
  }

  test('two companies whose names begin alike can be told apart in the menu, and at the side by their title', async () => {
    const { page, core } = await open('license/companies');
    const { membership } = administratorProfile;
    const named = (number: number, name: string) => ({
      ...membership,
      account: { id: id('account', number), name },
    });
    const [north, south] = ['Norte', 'Sur'].map(
      (end) => `Cimentaciones Especiales y Obras Subterráneas del ${end}`,
    ) as [string, string];
    const accounts = [named(1, north), named(2, south)];
    core.update({
      profile: { ...administratorProfile, membership: named(1, north), accounts },
    });
    await page.getByTitle(north).waitFor();
    await page.getByRole('button', { name: 'Cuenta y empresas' }).click();
    for (const name of [north, south]) {
      const item = page.getByRole('menuitem', { name }).getByText(name);
      expect(await fits(item)).toBe(true);
    }
  });

  test.each(['es', 'en', 'pt'] as const)(
    'every state fits into its column of the table: %s',
    async (language) => {
      const { page } = await windows.open('people/menu', {
        size: { width: 1024, height: 640 },
        reducedMotion: 'reduce',
        language,
      });
      await page.locator('select').last().selectOption('expired');
      const cell = rows(page).first().locator('[role=gridcell]').nth(5);
      await expect.poll(() => cell.textContent()).toMatch(/vencida|expired|vencido/);
      expect(await fits(cell)).toBe(true);
    },
  );

  test('what somebody else wrote at length wraps in the panel', async () => {
    const { page, core } = await open('people/few');
    await page.getByRole('row', { name: /Mariana/ }).click();
    await page.locator('[name=jobTitle]').fill('Coordinadora BIM');
    const contact = core.directory.contacts[5]?.id ?? '';
    core.directory.change(contact, { jobTitle: wall });
    await page.getByRole('button', { name: 'Guardar' }).click();
    const take = page.getByRole('button', { name: new RegExp(wall) });
    await take.waitFor();
    expect(await fits(take)).toBe(true);
    expect(await fits(page.getByRole('alert').filter({ has: take }))).toBe(true);
  });

  test('a name without a space wraps in what is asked and in what is said', async () => {
    const { page } = await openWithWall();
    const row = page.getByRole('row', { name: new RegExp(wall) });
    await row.getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Eliminar' }).click();
    const words = page.getByRole('dialog').getByText(new RegExp(wall)).last();
    await words.waitFor();
    expect(await fits(words)).toBe(true);
    const title = page.getByRole('dialog').getByRole('heading', { name: new RegExp(wall) });
    expect(await fits(title)).toBe(true);
    await page.getByRole('dialog').getByRole('button', { name: 'Cerrar' }).click({ trial: true });
    await page.keyboard.press('Escape');
    await row.getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Suspender' }).click();
    const said = page.getByRole('status').getByText(new RegExp(wall));
    await said.waitFor();
    expect(await fits(said)).toBe(true);
  });

  test('a name without a space wraps where it was added', async () => {
    const { page } = await open('people/few');
    await page.getByRole('button', { name: 'Agregar persona' }).click();
    await page.locator('[name=firstName]').fill('Rosa');
    await page.locator('[name=lastName]').fill(wall);
    await page.locator('[name=email]').fill(`${'r'.repeat(64)}@condor.example`);
    await page.getByRole('button', { name: 'Agregar e invitar' }).click();
    const heading = page.getByRole('heading', { name: new RegExp(wall) });
    await heading.waitFor();
    expect(await fits(heading)).toBe(true);
  });
});
