import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { rowAt } from './window/contact-rows.ts';
import { expectFocus, tabTo } from './window/keyboard.ts';
import { scenarioNamed } from './window/scenario-named.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();

describeUnless(missing, 'people: what goes when it is pressed', () => {
  const windows = useWindows();
  const open = (state: string) => windows.open(`people/${state}`);
  const search = (page: Page) => page.getByRole('textbox', { name: 'Buscar personas' });
  const content = (page: Page) => page.locator('#content');

  test('a search that fails is not under way any more; tried again, the focus stays on the page', async () => {
    const { page, core } = await open('search-failed');
    await scenarioNamed('people/search-failed').act?.(page, windows.last);
    expect(await page.getByText('Buscando…').count()).toBe(0);
    // What shows is the view before, which nobody counts for this search.
    expect(await page.getByText(/encontrad/).count()).toBe(0);
    expect(await page.getByRole('grid').getAttribute('aria-busy')).toBeNull();
    core.allow('people.listContacts');
    await tabTo(page, page.getByRole('button', { name: 'Reintentar' }));
    await page.keyboard.press('Enter');
    await page.getByText(/\d encontrad/).waitFor();
    await expectFocus(content(page));
  });

  test('with the filters taken away, the focus is where the next search begins', async () => {
    const { page } = await open('few');
    await search(page).fill('zzz');
    await tabTo(page, page.getByRole('button', { name: 'Quitar búsqueda y filtros' }));
    await page.keyboard.press('Enter');
    await rowAt(page, 0).waitFor();
    await expectFocus(search(page));
  });

  test('a result that is taken back or closed leaves the focus on the page, or in the panel above it', async () => {
    const { page } = await open('few');
    const mariana = page.getByRole('row', { name: /Mariana/ });
    await mariana.getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Suspender' }).click();
    await tabTo(page, page.getByRole('button', { name: /Deshacer/ }));
    await page.keyboard.press('Enter');
    await mariana.getByText('Activo').waitFor();
    await expectFocus(content(page));
    await page.getByText('puede entrar otra vez').waitFor();
    await tabTo(page, page.getByRole('button', { name: 'Cerrar' }));
    await page.keyboard.press('Enter');
    await page.getByText('puede entrar otra vez').waitFor({ state: 'detached' });
    await expectFocus(content(page));

    await mariana.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Asignar un puesto de Viga' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retirar el puesto de Viga' }).click();
    await page.getByRole('button', { name: /Deshacer/ }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Retirar el puesto de Viga' }).waitFor();
    await expectFocus(page.getByRole('dialog'));
  });
});
