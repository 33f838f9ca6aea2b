import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { borrowedView, leaseView, offline } from '../fakes/client/states.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { expectFocus, tabTo } from './window/focus.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();

/** A time as the window writes it: its parts do not come apart at a line's end. */
const whole = (text: string) => text.replaceAll(' ', '\u00a0');

describeUnless(missing, 'borrowing', () => {
  const { open } = useWindows();

  const days = (page: Page) => page.getByRole('spinbutton', { name: 'Por cuántos días' });
  const until = (page: Page) => page.getByRole('dialog').getByRole('status').first();

  async function ask(page: Page, button: RegExp): Promise<void> {
    await tabTo(page, button);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
  }

  test('a license in use is taken along by keyboard alone: until when shows as the days change, and then stands in the card', async () => {
    const { page, core } = await open('license/borrowable');
    await ask(page, /^Llevar prestada…$/);
    await expectFocus(page, 'Por cuántos días');
    expect(await days(page).inputValue()).toBe('7');
    await expect
      .poll(() => until(page).textContent())
      .toBe(`Hasta el lunes, 9 de marzo, ${whole('05:32 a. m.')}`);
    // What was there is selected: typing takes its place.
    await page.keyboard.type('10');
    await expect.poll(() => until(page).textContent()).toContain('jueves, 12 de marzo');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => until(page).textContent()).toContain('viernes, 13 de marzo');
    const dialog = page.getByRole('dialog', { name: 'Llevar prestada la licencia de Pórtico' });
    await dialog.getByText('Hasta entonces el programa funciona en este equipo sin conexión.').waitFor();
    await dialog.getByText('El puesto queda reservado para este equipo', { exact: false }).waitFor();
    await dialog.getByText('Puede devolverla antes', { exact: false }).waitFor();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(core.callsTo('licenses.borrow')).toEqual([{ product: 'portico', days: 11 }]);

    await page
      .getByRole('status')
      .filter({ hasText: 'queda prestada a este equipo hasta el viernes' })
      .waitFor();
    const card = page.getByRole('article', { name: 'Pórtico' });
    await card.getByText('Prestada', { exact: true }).waitFor();
    await card.getByText('Dura hasta el 13 de marzo de 2026 (dentro de 11 días).').waitFor();
    await card.getByRole('definition').filter({ hasText: '13 mar. 2026' }).waitFor();
    await expectFocus(page, 'Cambiar días…');
    await card.getByRole('button', { name: 'Devolver…' }).waitFor();
    expect(await card.getByRole('button', { name: 'Liberar' }).count()).toBe(0);
  });

  test('Escape leaves everything as it was, the focus too', async () => {
    const { page, core } = await open('license/borrowable');
    await ask(page, /^Llevar prestada…$/);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expectFocus(page, 'Llevar prestada…');
    expect(core.callsTo('licenses.borrow')).toEqual([]);
  });

  test('days that are not lent are not asked for: the field says which are', async () => {
    const { page, core } = await open('license/borrowable');
    await ask(page, /^Llevar prestada…$/);
    for (const typed of ['15', '0', '', '2.5']) {
      await days(page).fill(typed);
      await expect.poll(() => until(page).textContent()).toBe('');
      await tabTo(page, /^Llevar prestada$/);
      await page.keyboard.press('Enter');
      await page.getByText('Escriba un número entero de 1 a 14.').waitFor();
      await expectFocus(page, 'Por cuántos días');
      expect(await days(page).getAttribute('aria-invalid')).toBe('true');
    }
    expect(core.callsTo('licenses.borrow')).toEqual([]);
    await page.keyboard.type('14');
    await page.getByText('Escriba un número entero', { exact: false }).waitFor({ state: 'detached' });
    await page.getByText('De 1 a 14 días, contados desde ahora.').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(core.callsTo('licenses.borrow')).toEqual([{ product: 'portico', days: 14 }]);
  });

  test('where fewer days are lent, they are what is offered', async () => {
    const { page, core } = await open('license/borrow-few');
    await ask(page, /^Llevar prestada…$/);
    expect(await days(page).inputValue()).toBe('1');
    await page.getByText('Un día, contado desde ahora.').waitFor();
    // Meanwhile an administrator allows more.
    core.update({ licenses: [{ ...leaseView, borrowDays: 3 }] });
    await page.getByText('De 1 a 3 días, contados desde ahora.').waitFor();
  });

  test('a license that is not lent is not offered', async () => {
    const { page, core } = await open('license/borrowable');
    core.update({ licenses: [{ ...leaseView, borrowDays: 0 }] });
    await page.getByRole('button', { name: 'Llevar prestada…' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Liberar' }).waitFor();
  });

  test('a refusal stays in the dialog and says for how many days it is lent, which are then those of the field', async () => {
    const { page, core } = await open('license/borrow-refused');
    await ask(page, /^Llevar prestada…$/);
    await page.keyboard.press('Enter');
    const alert = page.getByRole('dialog').getByRole('alert');
    await alert.getByText('Son más días de los que se presta esta licencia').waitFor();
    await alert.getByText('Se presta por 3 días como máximo.').waitFor();
    await page.getByText('De 1 a 3 días, contados desde ahora.').waitFor();
    core.allow('licenses.borrow');
    await days(page).fill('3');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(core.callsTo('licenses.borrow')).toEqual([
      { product: 'portico', days: 7 },
      { product: 'portico', days: 3 },
    ]);
  });

  test('without a connection the dialog says so before anybody tries, and again when somebody does', async () => {
    const { page, core } = await open('license/borrow-offline');
    const { connection } = core.get();
    await ask(page, /^Llevar prestada…$/);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Este paso necesita conexión.', { exact: false }).waitFor();
    await page.keyboard.press('Enter');
    await dialog.getByRole('alert').getByText('No hay conexión con el portal').waitFor();
    core.update({ connection: { ...connection, state: 'online', problem: null } });
    await dialog.getByText('Este paso necesita conexión.', { exact: false }).waitFor({ state: 'detached' });
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('article').getByText('Prestada', { exact: true }).waitFor();
  });

  test('what is on its way keeps its dialog', async () => {
    const { page, core } = await open('license/borrowable');
    const release = core.hold('licenses.borrow');
    await ask(page, /^Llevar prestada…$/);
    await page.keyboard.press('Enter');
    await expect.poll(() => core.callsTo('licenses.borrow').length).toBe(1);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    release();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(core.callsTo('licenses.borrow')).toHaveLength(1);
  });

  test('the days of a loan are counted anew from now', async () => {
    const { page, core } = await open('license/borrowed');
    await ask(page, /^Cambiar días…$/);
    const dialog = page.getByRole('dialog', { name: 'Cambiar los días del préstamo de Pórtico' });
    await dialog.getByText('Ahora está prestada hasta el sábado, 7 de marzo', { exact: false }).waitFor();
    await page.keyboard.type('14');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(core.callsTo('licenses.borrow')).toEqual([{ product: 'portico', days: 14 }]);
    await page.getByText('Dura hasta el 16 de marzo de 2026', { exact: false }).waitFor();
    await expectFocus(page, 'Cambiar días…');
  });

  test('with fewer days than are left a loan ends as before, which is what the dialog and the answer say', async () => {
    const { page, core } = await open('license/borrowed');
    await ask(page, /^Cambiar días…$/);
    await page.keyboard.type('1');
    await expect.poll(() => until(page).textContent()).toContain('sábado, 7 de marzo');
    await page.keyboard.press('Enter');
    await page
      .getByText('queda prestada a este equipo hasta el sábado, 7 de marzo', { exact: false })
      .waitFor();
    expect(core.callsTo('licenses.borrow')).toEqual([{ product: 'portico', days: 1 }]);
    await page.getByText('Dura hasta el 7 de marzo de 2026', { exact: false }).waitFor();
  });

  test('with a connection it is returned at once, and programs that run go on', async () => {
    const { page, core } = await open('license/borrowed');
    await ask(page, /^Devolver…$/);
    const dialog = page.getByRole('dialog', { name: '¿Devolver la licencia prestada de Pórtico?' });
    await dialog.getByText('Con conexión, el puesto queda libre de inmediato para otra persona.').waitFor();
    await dialog.getByText('Sin conexión, se le dará un recibo', { exact: false }).waitFor();
    await dialog
      .getByText('Hay 2 programas usándola: seguirán con una licencia común si hay un puesto libre', {
        exact: false,
      })
      .waitFor();
    await expectFocus(page, 'Cancelar');
    await tabTo(page, /^Devolver$/);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page
      .getByRole('status')
      .filter({ hasText: 'Se devolvió la licencia prestada de Pórtico.' })
      .waitFor();
    expect(core.callsTo('licenses.returnBorrowed')).toEqual([{ product: 'portico' }]);
    await page.getByRole('article').getByText('Activa', { exact: true }).waitFor();
    await expectFocus(page, 'Liberar');
  });

  test('without one, the receipt is handed over with words for what was borrowed, and stands in the page until the portal knows', async () => {
    const { page, core } = await open('license/return-receipt');
    await ask(page, /^Devolver…$/);
    await tabTo(page, /^Devolver$/);
    await page.keyboard.press('Enter');
    const receipt = page.getByRole('dialog', { name: 'Guarde el recibo' });
    await receipt.getByText('Hasta entonces el puesto sigue ocupado.', { exact: false }).waitFor();
    await expectFocus(page, 'Guardar el recibo');
    await page.keyboard.press('Escape');
    await receipt
      .getByText('Sin el recibo, el puesto sigue ocupado hasta que este equipo se conecte', { exact: false })
      .waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    expect(await readFile(await download.path(), 'utf8')).toContain('ALDABA RETURN RECEIPT');
    await page.keyboard.press('Escape');
    await receipt.waitFor({ state: 'detached' });
    const returned = page.getByRole('region', { name: 'Se devolvió Pórtico: falta entregar el recibo' });
    await returned.getByText('Hasta entonces el puesto sigue ocupado.', { exact: false }).waitFor();
    expect(await returned.textContent()).not.toContain('en otro equipo');
    core.update({ returned: [] });
    await returned.waitFor({ state: 'detached' });
  });

  test('programs that run are told of before it is returned without a connection', async () => {
    const { page, core } = await open('license/borrowed');
    core.update({ connection: offline });
    await ask(page, /^Devolver…$/);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Hay 2 programas usándola: pasarán a solo lectura.', { exact: false }).waitFor();
    expect(await dialog.getByText('de inmediato', { exact: false }).count()).toBe(0);
  });

  test('a refusal to take it back stays in the dialog', async () => {
    const { page, core } = await open('license/borrowed');
    core.refuse('licenses.returnBorrowed', 'unavailable', { requestId: '01JNB7Q4ZK' });
    await ask(page, /^Devolver…$/);
    await tabTo(page, /^Devolver$/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Código de referencia: 01JNB7Q4ZK').waitFor();
    expect(core.get().licenses).toEqual([borrowedView]);
  });

  test.each([
    [
      'license/borrowed-ending',
      'Prestada',
      'Dura hasta el 5 de marzo de 2026 (dentro de 3 días). Después, sin conexión, pasa a solo lectura.',
    ],
    ['license/borrow-over', 'Solo lectura', 'Conéctese una vez: si hay un puesto libre'],
  ])('%s: its end is told once, with what comes then', async (name, word, next) => {
    const { page } = await open(name);
    const card = page.getByRole('article');
    await card.getByText(word, { exact: true }).waitFor();
    await card.getByText(next, { exact: false }).waitFor();
    expect(await card.textContent()).not.toMatch(/vence|renueve/);
    // What is over is neither returned nor prolonged.
    expect(await card.getByRole('button').count()).toBe(word === 'Prestada' ? 2 : 0);
  });
});
