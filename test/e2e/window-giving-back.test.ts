import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { expectFocus, tabTo } from './window/focus.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();

describeUnless(missing, 'giving a license back', () => {
  const { open } = useWindows();

  test('releasing says its consequence first; Escape leaves everything as it was, the focus too', async () => {
    const { page, core } = await open('license/release-dialog');
    await tabTo(page, /^Liberar$/);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: '¿Liberar la licencia de Pórtico?' });
    await dialog
      .getByText('Hay 2 programas usándola: pasarán a solo lectura. Guarde antes su trabajo.')
      .waitFor();
    await expectFocus(page, 'Cancelar');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expectFocus(page, 'Liberar');
    expect(core.callsTo('licenses.release')).toEqual([]);

    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await tabTo(page, /^Liberar$/);
    await page.keyboard.press('Enter');
    await page.getByText('Todavía no hay licencias en este equipo').waitFor();
    await page.getByRole('status').filter({ hasText: 'Se liberó la licencia de Pórtico.' }).waitFor();
    expect(core.callsTo('licenses.release')).toEqual([{ product: 'portico' }]);
    // What opened the dialog is gone with the license: the focus is in the page, not nowhere.
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('content');
  });

  test('a refusal inside the dialog stays there with its reference', async () => {
    const { page } = await open('license/release-refused');
    await page.getByRole('button', { name: 'Liberar' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Liberar' }).click();
    const alert = page.getByRole('dialog').getByRole('alert');
    await alert.getByText('El portal no puede atender ahora').waitFor();
    await alert.getByText('Código de referencia: 01JNB7Q4ZK').waitFor();
  });

  test('giving back without network hands over the receipt, and says what it is for', async () => {
    const { page } = await open('license/standalone');
    await tabTo(page, /^Devolver$/);
    await page.keyboard.press('Enter');
    // The button in it has the name of the one that opened it.
    await page.getByRole('dialog').waitFor();
    await tabTo(page, /^Devolver$/);
    await page.keyboard.press('Enter');
    const receipt = page.getByRole('dialog', { name: 'Guarde el recibo' });
    await receipt.getByText('Hasta entonces la licencia no se podrá usar en otro equipo.').waitFor();
    await expectFocus(page, 'Guardar el recibo');
    // Unsaved, it is not lost by a key.
    await page.keyboard.press('Escape');
    await receipt.getByText('Todavía no lo ha guardado.').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    expect(download.suggestedFilename()).toBe('zapata.aldaba-receipt');
    expect(await readFile(await download.path(), 'utf8')).toContain('ALDABA RETURN RECEIPT');
    await receipt.getByText('¿Quedó guardado zapata.aldaba-receipt?', { exact: false }).waitFor();
    await page.keyboard.press('Escape');
    await receipt.waitFor({ state: 'detached' });
  });

  test('nobody is told that the receipt is saved, which only the system knows: closing asks once', async () => {
    const { page } = await open('license/standalone');
    await page.getByRole('button', { name: 'Devolver' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Devolver' }).click();
    const receipt = page.getByRole('dialog', { name: 'Guarde el recibo' });
    await receipt.getByRole('button', { name: 'Guardar el recibo' }).click();
    await receipt.getByText('Compruebe que zapata.aldaba-receipt quedó guardado.').waitFor();
    const close = receipt.getByRole('button', { name: 'Cerrar' }).last();
    await close.click();
    await receipt.getByText('¿Quedó guardado zapata.aldaba-receipt?', { exact: false }).waitFor();
    await close.click();
    await receipt.waitFor({ state: 'detached' });
  });

  test('a receipt that the portal does not know of can be saved again, until it does', async () => {
    const { page, core } = await open('license/returned');
    const returned = page.getByRole('region', { name: /^Se devolvió Zapata/ });
    await tabTo(page, /^Guardar el recibo$/);
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    expect(await readFile(await download.path(), 'utf8')).toContain('ALDABA RETURN RECEIPT');
    expect(core.callsTo('licenses.receipt')).toEqual([{ product: 'zapata' }]);
    core.update({ returned: [] });
    await returned.waitFor({ state: 'detached' });
  });

  test('what is on its way keeps its dialog', async () => {
    const { page, core } = await open('license/standalone');
    const release = core.hold('licenses.giveBack');
    await page.getByRole('button', { name: 'Devolver' }).click();
    const dialog = page.getByRole('dialog', { name: '¿Devolver la licencia de Zapata?' });
    await dialog.getByRole('button', { name: 'Devolver' }).click();
    await dialog.getByRole('button', { name: 'Cerrar' }).click();
    await page.keyboard.press('Escape');
    release();
    await page.getByRole('dialog', { name: 'Guarde el recibo' }).waitFor();
  });
});
