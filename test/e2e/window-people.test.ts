import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { rightPassword } from '../fakes/client/fake-core.ts';
import { listContacts } from '../fakes/client/list-contacts.ts';
import { id } from '../fakes/client/states.ts';
import { findBrowser, launchBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { expectFocus, tabTo } from './window/keyboard.ts';
import { type OpenWindow, openWindow } from './window/open-window.ts';
import { scenarioNamed } from './window/scenario-named.ts';

const { missing } = await findBrowser();

describeUnless(missing, 'people', () => {
  let browser: Browser;
  let window: OpenWindow;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterEach(() => window.end());
  afterAll(() => browser.close());

  async function open(state: string): Promise<OpenWindow> {
    window = await openWindow(browser, scenarioNamed(`people/${state}`));
    return window;
  }

  test('A7: add, find and delete a person with the keyboard alone (A8, A14, D10)', async () => {
    const { page, core } = await open('few');
    const { keyboard } = page;
    const add = page.getByRole('button', { name: 'Agregar persona' });
    await tabTo(page, add);
    await keyboard.press('Enter');
    await expectFocus(page.locator('[name=firstName]'));
    await keyboard.type('Rosa');
    await keyboard.press('Tab');
    await keyboard.type('Peña Leal');
    await keyboard.press('Tab');
    await keyboard.type('rosa.pena@condor.example');
    await tabTo(page, page.getByRole('checkbox', { name: 'Viga' }));
    await keyboard.press('Space');
    await tabTo(page, page.getByRole('radio', { name: 'Instalador de licencias' }));
    await keyboard.press('ArrowUp');
    await keyboard.press('Enter');
    await expectFocus(page.getByRole('heading', { name: 'Se agregó a Rosa Peña Leal' }));
    const result = page.getByRole('dialog');
    await result.getByText('rosa.pena@condor.example', { exact: false }).waitFor();
    await result.getByText('correo no deseado (spam)', { exact: false }).waitFor();
    expect(core.callsTo('people.createContact')).toMatchObject([
      { firstName: 'Rosa', roleId: id('role', 2), poolIds: [id('pool', 1)], shared: false },
    ]);
    await keyboard.press('Escape');
    await expectFocus(add);

    await keyboard.press('Control+f');
    await keyboard.type('pena rosa');
    await page.getByText('1 encontrada').waitFor();
    const row = rows(page).filter({ hasText: 'Rosa Peña Leal' });
    await tabTo(page, row);
    await keyboard.press('Shift+F10');
    await expectFocus(page.getByRole('menuitem').first());
    await keyboard.press('End');
    await keyboard.press('Enter');
    await expectFocus(page.getByLabel('Su contraseña'));
    await keyboard.type('no es esta');
    await keyboard.press('Enter');
    await page.getByText('La contraseña no es correcta.').waitFor();
    expect(core.callsTo('people.deleteContact')).toEqual([]);
    await page.getByLabel('Su contraseña').fill(rightPassword);
    await keyboard.press('Enter');
    await page.getByText('Nadie coincide').waitFor();
    expect(core.directory.contacts.some(({ firstName }) => firstName === 'Rosa')).toBe(false);
  });

  test('100,000 rows: first to last and back by keyboard, a page in the middle by the scroll bar', async () => {
    const { page, core } = await open('table');
    const expected = (index: number) =>
      listContacts(core.directory.contacts, {
        sort: 'name',
        direction: 'asc',
        from: 'first',
        offset: index,
        limit: 1,
      }).contacts[0]?.email ?? '';
    await at(page, 0).getByText(expected(0)).waitFor();
    await tabTo(page, at(page, 0));
    await page.keyboard.press('End');
    await expectFocus(at(page, 99_999));
    await at(page, 99_999).getByText(expected(99_999)).waitFor();
    expect(await at(page, 99_999).getAttribute('aria-rowindex')).toBe('100001');
    expect(core.callsTo('people.listContacts')).toContainEqual(
      expect.objectContaining({ from: 'last', limit: 100 }),
    );
    await page.keyboard.press('PageUp');
    await page.keyboard.press('ArrowUp');
    const focused = await page.evaluate(() => Number(document.activeElement?.getAttribute('data-index')));
    expect(focused).toBeLessThan(99_995);
    await at(page, focused).getByText(expected(focused)).waitFor();

    await page.getByRole('grid').locator('[role=rowgroup]').last().evaluate(scrollToMiddle);
    const visible = () =>
      rows(page).evaluateAll((all) => {
        const body = all[0]?.parentElement?.parentElement?.getBoundingClientRect();
        const found = all.find((one) => {
          const { top, bottom } = one.getBoundingClientRect();
          return body !== undefined && top >= body.top && bottom <= body.bottom;
        });
        return Number(found?.getAttribute('data-index'));
      });
    await expect.poll(visible).toBeGreaterThan(49_000);
    const middle = await visible();
    await at(page, middle).getByText(expected(middle)).waitFor();
    // Only what is in sight is drawn, and only what was in sight was read.
    expect(await rows(page).count()).toBeLessThan(60);
    expect(core.callsTo('people.listContacts').length).toBeLessThan(12);

    await tabTo(page, page.locator('[role=row][tabindex="0"]'));
    await page.keyboard.press('Home');
    await expectFocus(at(page, 0));
    await at(page, 0).getByText(expected(0)).waitFor();
  });

  test('scrolling along reads each page once, by the cursor of the one before', async () => {
    const { page, core } = await open('table');
    await at(page, 0).waitFor();
    await tabTo(page, at(page, 0));
    const whereAt = () =>
      page.evaluate(() => {
        const row = document.activeElement;
        return row?.textContent.includes('@') ? Number(row.getAttribute('data-index')) : -1;
      });
    // As fast as the pages come: who goes faster jumps over some, which is another test.
    for (let before = 0; before <= 180; before = await whereAt()) {
      await page.keyboard.press('PageDown');
      await expect.poll(whereAt).toBeGreaterThan(before);
    }
    const calls = core.callsTo('people.listContacts') as { cursor?: string; offset?: number }[];
    expect(calls.slice(1).every(({ cursor, offset }) => cursor !== undefined && offset === undefined)).toBe(
      true,
    );
    expect(new Set(calls.map(({ cursor }) => cursor)).size).toBe(calls.length);
  });

  test('search without accents, one question per pause; columns sort by keyboard', async () => {
    const { page, core } = await open('table');
    await at(page, 0).waitFor();
    const before = core.callsTo('people.listContacts').length;
    await page.keyboard.press('Control+f');
    // Every letter within one task: no pause, however slow the machine is.
    await page.evaluate((text) => {
      for (const letter of text) document.execCommand('insertText', false, letter);
    }, 'jimenez yolanda');
    await page.getByText(/encontradas/).waitFor();
    expect(core.callsTo('people.listContacts').length).toBe(before + 1);
    expect(await at(page, 0).textContent()).toMatch(/Yolanda.*Jiménez/s);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('grid').getAttribute('aria-rowcount')).toBe('100001');

    const email = page.getByRole('columnheader', { name: 'Correo' });
    await tabTo(page, email.getByRole('button'));
    await page.keyboard.press('Enter');
    await expect.poll(() => email.getAttribute('aria-sort')).toBe('ascending');
    await page.keyboard.press('Enter');
    await expect.poll(() => email.getAttribute('aria-sort')).toBe('descending');
    await at(page, 0).getByText('yolanda.', { exact: false }).first().waitFor();
  });

  test('only what may be done with a contact is offered; who may only look adds nobody', async () => {
    const { page } = await open('reader');
    await at(page, 0).getByRole('button').click();
    expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Ver detalles']);
    expect(await page.getByRole('button', { name: 'Agregar persona' }).count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await page.getByRole('button', { name: 'Guardar' }).count()).toBe(0);
    expect(await page.locator('[name=firstName]').getAttribute('readonly')).not.toBeNull();
  });

  test('E9: where no seat is left, none can be picked and there is a way to buy', async () => {
    const { page } = await open('few');
    const card = page.getByRole('listitem').filter({ hasText: 'Zapata' });
    expect(await card.getByRole('link').getAttribute('href')).toBe('https://aldaba.example/comprar');
    await page.getByRole('button', { name: 'Agregar persona' }).click();
    const zapata = page.getByRole('dialog').getByRole('listitem').filter({ hasText: 'Zapata' });
    expect(await zapata.getByRole('checkbox').isDisabled()).toBe(true);
    expect(await zapata.getByRole('link').getAttribute('href')).toBe('https://aldaba.example/comprar');
  });

  test('E9: somebody else takes the last seat: the panel says how many are missing, where to buy, and offers it no more', async () => {
    const { page } = await open('seat-gone');
    await scenarioNamed('people/seat-gone').act?.(page, window);
    const said = page.getByRole('status').filter({ hasText: 'No quedan puestos libres' });
    expect(await said.getByRole('link').getAttribute('href')).toBe('https://aldaba.example/comprar');
    const zapata = page.getByRole('dialog').getByRole('listitem').filter({ hasText: 'Zapata' });
    await zapata.getByText('Los 12 puestos están asignados').waitFor();
    expect(await zapata.getByRole('button').count()).toBe(0);
    // A click is refused where something else lies on top: the buttons of the panel stay free beside what is said.
    await page.getByRole('dialog').getByRole('button', { name: 'Cancelar' }).click();
    await said.waitFor();
  });

  test('another company is another page: none of the rows, numbers and filters of the one before', async () => {
    const { page, core } = await open('few');
    await at(page, 0).waitFor();
    await page.getByLabel('Filtrar por estado').selectOption('active');
    await at(page, 0).waitFor();
    core.hold('people.listContacts');
    const { profile } = core.get();
    if (profile === null) throw new Error('nobody is signed in');
    const andes = { ...profile.membership, account: { id: id('account', 2), name: 'Andes' } };
    core.update({ profile: { ...profile, membership: andes } });
    await page.getByText('El directorio de Andes.').waitFor();
    expect(await rows(page).count()).toBe(0);
    expect(await page.getByLabel('Filtrar por estado').inputValue()).toBe('');
  });

  test('a field that the portal does not take is marked, with what may be wrong with it', async () => {
    const { page } = await open('add-field-refused');
    await scenarioNamed('people/add-field-refused').act?.(page, window);
    const email = page.locator('[name=email]');
    expect(await email.getAttribute('aria-invalid')).toBe('true');
    await email.fill('pena@condor.example');
    await page.getByText('Con esta dirección no se puede').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Agregar e invitar' }).click();
    await page.getByRole('button', { name: 'Listo' }).waitFor();
  });

  test('what is asked over a panel leaves the panel and what was typed in it; deleting closes both', async () => {
    const { page, core } = await open('reset-over-contact');
    await scenarioNamed('people/reset-over-contact').act?.(page, window);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: '¿Restablecer la contraseña' }).waitFor({ state: 'detached' });
    expect(await page.locator('[name=jobTitle]').inputValue()).toBe('Coordinadora BIM');
    const more = page.getByRole('button', { name: 'Más acciones' });
    await expectFocus(more);
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Suspender' }).click();
    await page.getByRole('dialog').getByText('Suspendido', { exact: true }).waitFor();
    expect(await page.locator('[name=jobTitle]').inputValue()).toBe('Coordinadora BIM');
    await more.click();
    await page.getByRole('menuitem', { name: 'Eliminar' }).click();
    await page.getByLabel('Su contraseña').fill(rightPassword);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(core.callsTo('people.deleteContact')).toHaveLength(1);
  });

  test.each([
    ['contact-roles-refused', 'people.listRoles', 'Instalador de licencias'],
    ['add-pools-refused', 'people.listPools', 'Viga'],
  ])('%s: what a panel could not read says so with a way to try again', async (name, procedure, then) => {
    const { page, core } = await open(name);
    await scenarioNamed(`people/${name}`).act?.(page, window);
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('alert').getByText('El portal no puede atender ahora').waitFor();
    core.allow(procedure);
    await dialog.getByRole('alert').getByRole('button', { name: 'Reintentar' }).press('Enter');
    await dialog.getByRole(name === 'add-pools-refused' ? 'checkbox' : 'radio', { name: then }).waitFor();
  });

  test('A15: a shared mailbox is warned of and is never offered to administer', async () => {
    const { page } = await open('few');
    await page.getByRole('button', { name: 'Agregar persona' }).click();
    const administrator = page.getByRole('radio', { name: 'Administrador' });
    await administrator.check();
    await page.getByRole('checkbox', { name: 'Es un buzón compartido' }).check();
    await page.getByText('no se sabrá quién hizo cada cosa', { exact: false }).waitFor();
    expect(await administrator.count()).toBe(0);
    await page
      .getByRole('button', { name: /^Agregar/ })
      .last()
      .click();
    await page.getByText('Escriba el nombre.').waitFor();
  });

  test('a form is one operation however often it is sent; the next form is another', async () => {
    const { page, core } = await open('few');
    core.refuse('people.createContact', 'unavailable');
    await page.getByRole('button', { name: 'Agregar persona' }).click();
    await fillPerson(page, 'uno@condor.example');
    const submit = page.getByRole('button', { name: 'Agregar e invitar' });
    await submit.click();
    await page.getByText('El portal no puede atender ahora').waitFor();
    core.allow('people.createContact');
    await submit.click();
    await page.getByRole('button', { name: 'Agregar a otra' }).click();
    await fillPerson(page, 'dos@condor.example');
    await submit.click();
    await page.getByRole('button', { name: 'Listo' }).waitFor();
    const [first, again, other] = (core.callsTo('people.createContact') as { idempotencyKey: string }[]).map(
      (call) => call.idempotencyKey,
    );
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test('what somebody else saved meanwhile is shown, and what was typed is kept', async () => {
    const { page, core } = await open('contact-changed');
    await scenarioNamed('people/contact-changed').act?.(page, window);
    await page.getByText('antes «vacío», ahora «+51 600 100 200»').waitFor();
    expect(await page.locator('[name=jobTitle]').inputValue()).toBe('Coordinadora BIM');
    expect(await page.locator('[name=phone]').inputValue()).toBe('+51 600 100 200');
    await page.getByRole('button', { name: 'Guardar' }).click();
    await page.getByText('Se guardaron los cambios', { exact: false }).waitFor();
    const saved = core.directory.contacts.find(({ jobTitle }) => jobTitle === 'Coordinadora BIM');
    expect(saved).toMatchObject({ phone: '+51 600 100 200', revision: 3 });
  });

  test('a change of role asks for the own password and is then made; Escape gives it up', async () => {
    const { page, core } = await open('step-up');
    await scenarioNamed('people/step-up').act?.(page, window);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByLabel('Su contraseña').count()).toBe(0);
    await page.getByRole('button', { name: 'Guardar' }).click();
    await page.getByLabel('Su contraseña').fill(rightPassword);
    await page.keyboard.press('Enter');
    await page.getByText('Se guardaron los cambios', { exact: false }).waitFor();
    expect(core.callsTo('people.updateContact')).toHaveLength(3);
    await expectFocus(at(page, 5));
  });

  test('suspending and withdrawing a seat can be taken back', async () => {
    const { page, core } = await open('menu');
    await at(page, 0).getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Suspender' }).click();
    await at(page, 0).getByText('Suspendido').waitFor();
    await page.keyboard.press('Control+z');
    await at(page, 0).getByText('Activo').waitFor();
    expect(core.callsTo('people.reactivateContact')).toHaveLength(1);

    await at(page, 0).getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Puestos' }).click();
    await expectFocus(page.getByRole('heading', { name: 'Puestos' }));
    await page.getByRole('button', { name: 'Retirar el puesto de Viga' }).click();
    await page.getByText('13 libres', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Asignar un puesto de Viga' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /Deshacer/ }).click();
    await page.getByText('12 libres', { exact: true }).waitFor();
    await at(page, 0).getByText('Viga').waitFor();
  });

  test('what was typed is not lost by Escape', async () => {
    const { page } = await open('few');
    await page.getByRole('button', { name: 'Agregar persona' }).click();
    await page.locator('[name=firstName]').fill('Rosa');
    await page.keyboard.press('Escape');
    await page.getByText('No se ha guardado.').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('[name=firstName]').inputValue()).toBe('Rosa');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Descartar' }).click();
    await expectFocus(page.getByRole('button', { name: 'Agregar persona' }));
  });

  test('Escape closes the menu of the panel first, then the panel, and the focus is on the row again', async () => {
    const { page } = await open('contact-menu');
    await scenarioNamed('people/contact-menu').act?.(page, window);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('menuitem').count()).toBe(0);
    expect(await page.getByRole('dialog').count()).toBe(1);
    await page.keyboard.press('Escape');
    await expectFocus(at(page, 5));
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('a failure is said with a way to try again; back online, the rows are read again', async () => {
    const { page, core } = await open('error');
    await page.getByText('El portal no puede atender ahora').waitFor();
    core.allow('people.listContacts');
    await page.getByRole('alert').getByRole('button', { name: 'Reintentar' }).click();
    await at(page, 0).waitFor();

    const calls = () => core.callsTo('people.listContacts').length;
    core.update({ connection: { state: 'offline', since: null, problem: null } });
    await page.getByText('lo que ve puede no estar al día', { exact: false }).waitFor();
    const before = calls();
    core.update({ connection: { state: 'online', since: null, problem: null } });
    await expect.poll(calls).toBe(before + 1);
  });
});

function rows(page: Page): Locator {
  return page.locator('[role=row][data-index]:not([aria-busy])');
}

function at(page: Page, index: number): Locator {
  return page.locator(`[role=row][data-index="${index}"]:not([aria-busy])`);
}

async function fillPerson(page: Page, email: string): Promise<void> {
  await page.locator('[name=firstName]').fill('Rosa');
  await page.locator('[name=lastName]').fill('Peña');
  await page.locator('[name=email]').fill(email);
}

function scrollToMiddle(body: Element): void {
  body.scrollTop = body.scrollHeight / 2;
}
