import { expect, test } from 'vitest';
import { rightPassword } from '../fakes/client/fake-core.ts';
import { listContacts } from '../fakes/client/list-contacts.ts';
import { id } from '../fakes/client/states.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { rowAt, rows } from './window/contact-rows.ts';
import { expectFocus, tabTo } from './window/keyboard.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();

describeUnless(missing, 'people: the directory', () => {
  const windows = useWindows();
  const open = (state: string) => windows.open(`people/${state}`);

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
    const row = rows(page).filter({ hasText: 'Peña Leal, Rosa' });
    await tabTo(page, row);
    await keyboard.press('Shift+F10');
    await expectFocus(page.getByRole('menuitem').first());
    await keyboard.press('End');
    await keyboard.press('Enter');
    await expectFocus(page.getByLabel('Su contraseña'));
    await page.getByText('su invitación ya no vale', { exact: false }).waitFor();
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
    await rowAt(page, 0).getByText(expected(0)).waitFor();
    await tabTo(page, rowAt(page, 0));
    await page.keyboard.press('End');
    await expectFocus(rowAt(page, 99_999));
    await rowAt(page, 99_999).getByText(expected(99_999)).waitFor();
    expect(await rowAt(page, 99_999).getAttribute('aria-rowindex')).toBe('100001');
    expect(core.callsTo('people.listContacts')).toContainEqual(
      expect.objectContaining({ from: 'last', limit: 100 }),
    );
    await page.keyboard.press('PageUp');
    await page.keyboard.press('ArrowUp');
    const focused = await page.evaluate(() => Number(document.activeElement?.getAttribute('data-index')));
    expect(focused).toBeLessThan(99_995);
    await rowAt(page, focused).getByText(expected(focused)).waitFor();

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
    await rowAt(page, middle).getByText(expected(middle)).waitFor();
    // Only what is in sight is drawn, and only what was in sight was read.
    expect(await rows(page).count()).toBeLessThan(60);
    expect(core.callsTo('people.listContacts').length).toBeLessThan(12);

    await tabTo(page, page.locator('[role=row][tabindex="0"]'));
    await page.keyboard.press('Home');
    await expectFocus(rowAt(page, 0));
    await rowAt(page, 0).getByText(expected(0)).waitFor();
  });

  test('scrolling along reads each page once, by the cursor of the one before', async () => {
    const { page, core } = await open('table');
    await rowAt(page, 0).waitFor();
    await tabTo(page, rowAt(page, 0));
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
    await rowAt(page, 0).waitFor();
    const before = core.callsTo('people.listContacts').length;
    await page.keyboard.press('Control+f');
    // Every letter within one task: no pause, however slow the machine is.
    await page.evaluate((text) => {
      for (const letter of text) document.execCommand('insertText', false, letter);
    }, 'jimenez yolanda');
    await page.getByText(/encontradas/).waitFor();
    expect(core.callsTo('people.listContacts').length).toBe(before + 1);
    expect(await rowAt(page, 0).textContent()).toMatch(/Jiménez.*, Yolanda/s);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('grid').getAttribute('aria-rowcount')).toBe('100001');

    const email = page.getByRole('columnheader', { name: 'Correo' });
    await tabTo(page, email.getByRole('button'));
    await page.keyboard.press('Enter');
    await expect.poll(() => email.getAttribute('aria-sort')).toBe('ascending');
    await page.keyboard.press('Enter');
    await expect.poll(() => email.getAttribute('aria-sort')).toBe('descending');
    await rowAt(page, 0).getByText('yolanda.', { exact: false }).first().waitFor();
  });

  test('people stand in the order of what each row shows first, and the heading says which that is', async () => {
    const { page } = await open('few');
    await rowAt(page, 0).waitFor();
    const shown = await rows(page).locator('[role=gridcell]:first-child [title*=", "]').allTextContents();
    expect(shown).toHaveLength(6);
    expect(shown).toEqual(shown.toSorted((one, other) => one.localeCompare(other, 'es')));
    expect(shown).toContain('Ferrer, Lucía');
    const head = page.getByRole('columnheader', { name: 'Apellidos' });
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
  });

  test('only what may be done with a contact is offered; who may only look adds nobody', async () => {
    const { page } = await open('reader');
    await rowAt(page, 0).getByRole('button').click();
    expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Ver detalles']);
    expect(await page.getByRole('button', { name: 'Agregar persona' }).count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await page.getByRole('button', { name: 'Guardar' }).count()).toBe(0);
    expect(await page.locator('[name=firstName]').getAttribute('readonly')).not.toBeNull();
  });

  test('another company is another page: none of the rows, numbers and filters of the one before', async () => {
    const { page, core } = await open('few');
    await rowAt(page, 0).waitFor();
    await page.getByLabel('Filtrar por estado').selectOption('active');
    await rowAt(page, 0).waitFor();
    core.hold('people.listContacts');
    const { profile } = core.get();
    if (profile === null) throw new Error('nobody is signed in');
    const andes = { ...profile.membership, account: { id: id('account', 2), name: 'Andes' } };
    core.update({ profile: { ...profile, membership: andes } });
    await page.getByText('El directorio de Andes.').waitFor();
    expect(await rows(page).count()).toBe(0);
    expect(await page.getByLabel('Filtrar por estado').inputValue()).toBe('');
  });

  test('the menu of a row gives the focus back where it took it from, closed or used', async () => {
    const { page } = await open('few');
    const { keyboard } = page;
    const first = page.getByRole('menuitem').first();
    await tabTo(page, rowAt(page, 0));
    await keyboard.press('Shift+F10');
    await expectFocus(first);
    await keyboard.press('Escape');
    await expectFocus(rowAt(page, 0));
    await keyboard.press('Shift+F10');
    await expectFocus(first);
    await page.getByRole('menuitem', { name: 'Suspender' }).focus();
    await keyboard.press('Enter');
    await rowAt(page, 0).getByText('Suspendido').waitFor();
    await expectFocus(rowAt(page, 0));
    const other = rowAt(page, 1).getByRole('button');
    await other.click();
    await expectFocus(first);
    await keyboard.press('Escape');
    await expectFocus(other);
  });

  test('suspending and withdrawing a seat can be taken back', async () => {
    const { page, core } = await open('menu');
    await rowAt(page, 0).getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Suspender' }).click();
    await rowAt(page, 0).getByText('Suspendido').waitFor();
    await page.getByRole('button', { name: /Deshacer/ }).focus();
    await page.keyboard.press('Control+z');
    await rowAt(page, 0).getByText('Activo').waitFor();
    // The notice took its button with it, and the focus stays in the window.
    await expectFocus(page.locator('#content'));
    expect(core.callsTo('people.reactivateContact')).toHaveLength(1);

    await rowAt(page, 0).getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Puestos' }).click();
    await expectFocus(page.getByRole('heading', { name: 'Puestos' }));
    await page.getByRole('button', { name: 'Retirar el puesto de Viga' }).click();
    await page.getByText('13 libres', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Asignar un puesto de Viga' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /Deshacer/ }).click();
    await page.getByText('12 libres', { exact: true }).waitFor();
    await rowAt(page, 0).getByText('Viga').waitFor();
  });

  test('who had not come in yet is let in again by another invitation alone, which is offered', async () => {
    const { page, core } = await open('few');
    const row = rows(page).filter({ hasText: 'Invitado' });
    const name = await row.getAttribute('data-index');
    const invited = rowAt(page, Number(name));
    await invited.getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Suspender' }).click();
    await invited.getByText('Suspendido').waitFor();
    await page.getByRole('button', { name: /Deshacer/ }).click();
    await invited.getByText('Invitación vencida').waitFor();
    const said = page.getByRole('status').filter({ hasText: 'terminó al suspenderle el acceso' });
    expect(await page.getByText('puede entrar otra vez').count()).toBe(0);
    await invited.click();
    await page.getByRole('dialog').getByText('terminó sin usarse').waitFor();
    await page.keyboard.press('Escape');
    await said.getByRole('button', { name: 'Reenviar la invitación' }).click();
    await invited.getByText('Invitado').waitFor();
    expect(core.callsTo('people.resendInvitation')).toHaveLength(1);
  });

  test('a failure is said with a way to try again; back online, the rows are read again', async () => {
    const { page, core } = await open('error');
    await page.getByText('El portal no puede atender ahora').waitFor();
    core.allow('people.listContacts');
    await page.getByRole('alert').getByRole('button', { name: 'Reintentar' }).click();
    await rowAt(page, 0).waitFor();

    const calls = () => core.callsTo('people.listContacts').length;
    core.update({ connection: { state: 'offline', since: null, problem: null } });
    await page.getByText('lo que ve puede no estar al día', { exact: false }).waitFor();
    const before = calls();
    core.update({ connection: { state: 'online', since: null, problem: null } });
    await expect.poll(calls).toBe(before + 1);
  });
});

function scrollToMiddle(body: Element): void {
  body.scrollTop = body.scrollHeight / 2;
}
