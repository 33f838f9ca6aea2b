import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { type FakeCore, rightPassword } from '../fakes/client/fake-core.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { rowAt } from './window/contact-rows.ts';
import { expectFocus } from './window/keyboard.ts';
import { scenarioNamed } from './window/scenario-named.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();

describeUnless(missing, 'people: panels and dialogs', () => {
  const windows = useWindows();
  const open = (state: string) => windows.open(`people/${state}`);

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
    await scenarioNamed('people/seat-gone').act?.(page, windows.last);
    const said = page.getByRole('status').filter({ hasText: 'No quedan puestos libres' });
    expect(await said.getByRole('link').getAttribute('href')).toBe('https://aldaba.example/comprar');
    const zapata = page.getByRole('dialog').getByRole('listitem').filter({ hasText: 'Zapata' });
    await zapata.getByText('Los 12 puestos están asignados').waitFor();
    expect(await zapata.getByRole('button').count()).toBe(0);
    // A click is refused where something else lies on top: the buttons of the panel stay free beside what is said.
    await page.getByRole('dialog').getByRole('button', { name: 'Cancelar' }).click();
    await said.waitFor();
  });

  test('seats of which there is none to give leave no empty list behind', async () => {
    const { page, core } = await open('contact');
    core.directory.pools = core.directory.pools.filter(({ productName }) => productName === 'Viga');
    await page.reload();
    await scenarioNamed('people/contact').act?.(page, windows.last);
    const seats = page.getByRole('dialog').getByRole('region', { name: 'Puestos' });
    await seats.getByText('Viga').waitFor();
    expect(await seats.getByRole('list').count()).toBe(1);
  });

  test('a button that does nothing now does not answer to the pointer', async () => {
    const { page } = await open('contact');
    await scenarioNamed('people/contact').act?.(page, windows.last);
    const save = page.getByRole('button', { name: 'Guardar' });
    const color = () => save.evaluate((element) => getComputedStyle(element).backgroundColor);
    const before = await color();
    await save.hover({ force: true });
    expect(await save.evaluate((element) => element.matches(':hover'))).toBe(true);
    expect(await color()).toBe(before);
  });

  test('a field that the portal does not take is marked, with what may be wrong with it', async () => {
    const { page } = await open('add-field-refused');
    await scenarioNamed('people/add-field-refused').act?.(page, windows.last);
    const email = page.locator('[name=email]');
    expect(await email.getAttribute('aria-invalid')).toBe('true');
    await email.fill('pena@condor.example');
    await page.getByText('Con esta dirección no se puede').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Agregar e invitar' }).click();
    await page.getByRole('button', { name: 'Listo' }).waitFor();
  });

  test('what is asked over a panel leaves the panel and what was typed in it; deleting closes both', async () => {
    const { page, core } = await open('reset-over-contact');
    await scenarioNamed('people/reset-over-contact').act?.(page, windows.last);
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
    await scenarioNamed(`people/${name}`).act?.(page, windows.last);
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
    await scenarioNamed('people/contact-changed').act?.(page, windows.last);
    await page.getByText('antes «vacío», ahora «+51 600 100 200»').waitFor();
    expect(await page.locator('[name=jobTitle]').inputValue()).toBe('Coordinadora BIM');
    expect(await page.locator('[name=phone]').inputValue()).toBe('+51 600 100 200');
    await page.getByRole('button', { name: 'Guardar' }).click();
    await page.getByText('Se guardaron los cambios', { exact: false }).waitFor();
    const saved = core.directory.contacts.find(({ jobTitle }) => jobTitle === 'Coordinadora BIM');
    expect(saved).toMatchObject({ phone: '+51 600 100 200', revision: 3 });
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /Coordinadora BIM/ }).waitFor();
  });

  test('a seat given while something is typed does not hide what somebody else saved meanwhile', async () => {
    const { page, core } = await open('few');
    await page.getByRole('row', { name: /Mariana/ }).click();
    const dialog = page.getByRole('dialog');
    await page.locator('[name=jobTitle]').fill('Coordinadora BIM');
    const contact = await shownContact(page, core);
    core.directory.change(contact, { jobTitle: 'Jefa de proyecto', phone: '+51 600 100 200' });
    await dialog.getByRole('button', { name: 'Asignar un puesto de Viga' }).click();
    await dialog.getByRole('button', { name: 'Retirar el puesto de Viga' }).waitFor();
    await page.getByRole('button', { name: 'Guardar' }).click();
    await page.getByText('antes «vacío», ahora «+51 600 100 200»').waitFor();
    expect(await page.locator('[name=jobTitle]').inputValue()).toBe('Coordinadora BIM');
    expect(core.directory.contacts.find(({ id }) => id === contact)?.jobTitle).toBe('Jefa de proyecto');
  });

  test('a seat is given once however often it is asked for, and whoever writes on meanwhile is left in peace', async () => {
    const { page, core } = await open('few');
    await page.getByRole('row', { name: /Mariana/ }).click();
    const assign = page.getByRole('dialog').getByRole('button', { name: 'Asignar un puesto de Viga' });
    const withdraw = page.getByRole('dialog').getByRole('button', { name: 'Retirar el puesto de Viga' });
    const answer = core.hold('people.assignSeat');
    await assign.click();
    await page.locator('[name=jobTitle]').press('End');
    await page.keyboard.type('Coordinadora');
    answer();
    await withdraw.waitFor();
    await page.getByText('tiene un puesto de Viga').waitFor();
    await page.keyboard.type(' BIM');
    expect(await page.locator('[name=jobTitle]').inputValue()).toMatch(/Coordinadora BIM$/);
    const back = core.hold('people.withdrawSeat');
    await withdraw.click();
    await withdraw.click({ force: true });
    await page.getByRole('dialog').locator('button[data-busy]').waitFor();
    back();
    await assign.waitFor();
    await expectFocus(page.getByRole('heading', { name: 'Puestos' }));
    expect(core.callsTo('people.withdrawSeat')).toHaveLength(1);
  });

  test('a change of role asks for the own password and is then made; Escape gives it up', async () => {
    const { page, core } = await open('step-up');
    await scenarioNamed('people/step-up').act?.(page, windows.last);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByLabel('Su contraseña').count()).toBe(0);
    await page.getByRole('button', { name: 'Guardar' }).click();
    await page.getByLabel('Su contraseña').fill(rightPassword);
    await page.keyboard.press('Enter');
    await page.getByText('Se guardaron los cambios', { exact: false }).waitFor();
    expect(core.callsTo('people.updateContact')).toHaveLength(3);
    await expectFocus(rowAt(page, 5));
  });

  test('A8, D3: adding an administrator asks for the own password and keeps what was typed; Escape gives it up', async () => {
    const { page, core } = await open('few');
    await page.getByRole('button', { name: 'Agregar persona' }).click();
    await fillPerson(page, 'rosa.pena@condor.example');
    await page.getByRole('radio', { name: 'Administrador' }).check();
    const submit = page.getByRole('button', { name: 'Agregar e invitar' });
    await submit.click();
    await expectFocus(page.getByLabel('Su contraseña'));
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByLabel('Su contraseña').count()).toBe(0);
    expect(await page.locator('[name=email]').inputValue()).toBe('rosa.pena@condor.example');
    expect(await page.getByRole('radio', { name: 'Administrador' }).isChecked()).toBe(true);
    expect(await page.getByRole('dialog').getByRole('alert').count()).toBe(0);
    await submit.click();
    await page.getByLabel('Su contraseña').fill(rightPassword);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Se agregó a Rosa Peña' }).waitFor();
    const keys = (core.callsTo('people.createContact') as { idempotencyKey: string }[]).map(
      (call) => call.idempotencyKey,
    );
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  test('what was typed is not lost by Escape', async () => {
    const { page } = await open('few');
    await page.getByRole('button', { name: 'Agregar persona' }).click();
    await page.locator('[name=firstName]').fill('Rosa');
    await page.keyboard.press('Escape');
    await page.getByText('No se ha guardado.').waitFor();
    await page.getByRole('button', { name: 'Seguir editando' }).press('Enter');
    expect(await page.locator('[name=firstName]').inputValue()).toBe('Rosa');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Descartar' }).click();
    await expectFocus(page.getByRole('button', { name: 'Agregar persona' }));
  });

  test('what was typed is not lost by the way back, nor without a question by reloading', async () => {
    const { page } = await open('few');
    await page.getByRole('link', { name: 'Licencias' }).click();
    await page.getByRole('link', { name: 'Personas' }).click();
    await page.getByRole('button', { name: 'Agregar persona' }).click();
    const typed = page.locator('[name=firstName]');
    await typed.fill('Rosa');
    await page.goBack();
    await page.getByText('No se ha guardado.').waitFor();
    await page.getByRole('button', { name: 'Seguir editando' }).click();
    expect(await typed.inputValue()).toBe('Rosa');
    expect(new URL(page.url()).hash).toBe('#/people');
    const asked = page.waitForEvent('dialog');
    await page.evaluate(() => void setTimeout(() => location.reload()));
    const question = await asked;
    expect(question.type()).toBe('beforeunload');
    await question.dismiss();
    expect(await typed.inputValue()).toBe('Rosa');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Descartar' }).click();
    await page.getByRole('dialog').first().waitFor({ state: 'detached' });
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Licencias' }).waitFor();
  });

  test('Escape closes the menu of the panel first, then the panel, and the focus is on the row again', async () => {
    const { page } = await open('contact-menu');
    await scenarioNamed('people/contact-menu').act?.(page, windows.last);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('menuitem').count()).toBe(0);
    expect(await page.getByRole('dialog').count()).toBe(1);
    await page.keyboard.press('Escape');
    await expectFocus(rowAt(page, 5));
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});

/** The id of the contact whose panel is open. */
async function shownContact(page: Page, core: FakeCore): Promise<string> {
  const email = await page.locator('[role=dialog] h2 span').last().textContent();
  const contact = core.directory.contacts.find((one) => one.email === email);
  if (contact === undefined) throw new Error(`nobody has ${email}`);
  return contact.id;
}

async function fillPerson(page: Page, email: string): Promise<void> {
  await page.locator('[name=firstName]').fill('Rosa');
  await page.locator('[name=lastName]').fill('Peña');
  await page.locator('[name=email]').fill(email);
}
