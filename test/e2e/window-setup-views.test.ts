import { expect, test } from 'vitest';
import { formatLicenseKey, licenseKeyRandomBytes } from '../../src/domain/license-key.ts';
import { rightPassword } from '../fakes/client/fake-core.ts';
import { problem, use } from '../fakes/client/states.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { expectFocus, focused, tabTo } from './window/focus.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();
const key = formatLicenseKey(new Uint8Array(licenseKeyRandomBytes).fill(9));

describeUnless(missing, 'views of the setup', () => {
  const windows = useWindows();
  const { open } = windows;

  test('a refused sign-in is not said over the request for a link, nor again after it was typed away', async () => {
    const { page, core } = await open('sign-in/waiting');
    const alert = page.getByRole('main').getByRole('alert');
    await page.keyboard.type('otra cosa');
    await page.keyboard.press('Enter');
    await alert.filter({ hasText: 'El correo o la contraseña no coinciden' }).waitFor();
    expect(core.get().setup.problem).not.toBeNull();
    // Gone once the window has the snapshot that also tells of the refusal.
    core.update({ uses: [] });
    await page.getByRole('region', { name: '3 programas esperan' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: '¿Primera vez, u olvidó la contraseña?' }).click();
    await expectFocus(page, 'Correo registrado');
    expect(await alert.count()).toBe(0);
    await page.getByRole('button', { name: 'Atrás' }).click();
    await page.getByLabel('Contraseña', { exact: true }).waitFor();
    expect(await alert.count()).toBe(0);
    await page.getByLabel('Contraseña', { exact: true }).fill('otra más');
    await page.keyboard.press('Enter');
    await alert.filter({ hasText: 'El correo o la contraseña no coinciden' }).waitFor();
  });

  test('a refusal that comes once the person has turned away is not said over what they turned to', async () => {
    const { page, core } = await open('sign-in/waiting');
    core.update({ setup: { ...core.get().setup, busy: true } });
    await page.locator('button[type=submit][data-busy]').waitFor();
    await page.getByRole('button', { name: '¿Primera vez, u olvidó la contraseña?' }).click();
    await expectFocus(page, 'Correo registrado');
    const refused = problem('invalid-credentials');
    core.update({ setup: { ...core.get().setup, busy: false, problem: refused } });
    await page.locator('button[type=submit]:not([data-busy])').waitFor();
    expect(await page.getByRole('main').getByRole('alert').count()).toBe(0);
  });

  test('a refused file is not said over the form for the key, nor a refused key over the files; the key is typed once', async () => {
    const { page, core } = await open('standalone/wrong-file');
    core.refuse('setup.activate', 'key-invalid');
    const refused = problem('file-wrong-device', { device: 'CONDOR-LT-203', file: 'zapata.aldaba-license' });
    const alert = page.getByRole('main').getByRole('alert');
    const field = page.getByRole('textbox', { name: 'Clave' });
    await field.fill(key);
    const file = { name: 'zapata.aldaba-license', mimeType: 'text/plain', buffer: Buffer.from('x') };
    await page.locator('input[type=file]').setInputFiles(file);
    await alert.filter({ hasText: 'El archivo es para otro equipo' }).waitFor();
    core.update({
      setup: { ...core.get().setup, problem: refused },
      uses: [use(1, 'zapata', { state: 'waiting' })],
    });
    await page.getByRole('region', { name: /programa espera/ }).waitFor();
    await page.getByText('Con red', { exact: true }).click();
    await page.getByRole('button', { name: 'Activar' }).waitFor();
    expect(await alert.count()).toBe(0);
    expect(await field.inputValue()).toBe(key);
    await field.press('Enter');
    await alert.filter({ hasText: 'La clave no es correcta' }).waitFor();
    await page.getByText('Sin red, con archivos', { exact: true }).click();
    await page.getByText('Suelte el archivo aquí o elíjalo.').waitFor();
    expect(await alert.count()).toBe(0);
    expect(await field.inputValue()).toBe(key);
  });

  test('what the core has to say shows before the window is set up, and can be dismissed', async () => {
    const { page, core } = await open('sign-in/notices');
    const untold = page.getByRole('status').getByText('El portal no se enteró', { exact: false });
    await untold.first().waitFor();
    // That a program has only a license to read with until somebody signs in is why the step is there.
    expect(await page.getByText('No ha iniciado sesión').count()).toBe(0);
    const dismiss = page.getByRole('button', { name: 'Descartar el aviso' });
    expect(await dismiss.count()).toBe(2);
    expect((await dismiss.first().locator('svg').boundingBox())?.width).toBe(16);
    await dismiss.first().focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => dismiss.count()).toBe(1);
    expect(core.callsTo('settings.dismissNotice')).toEqual([{ id: 'sign-out-untold' }]);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
  });

  test('what the core has to say shows on the very first screen', async () => {
    const { page } = await open('setup/mode-notices');
    await page.getByRole('button', { name: 'Descartar el aviso' }).waitFor();
  });

  test('another language leaves the focus where the person is', async () => {
    const { page, core } = await open('setup/mode');
    await tabTo(page, /Português/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Como a licença chega a este computador?' }).waitFor();
    await expect.poll(() => page.title()).toMatch(/licença|Aldaba/);
    await expectFocus(page, 'Português');
    await windows.last.end();

    const typing = await open('sign-in/first');
    await tabTo(typing.page, /^Contraseña$/);
    typing.core.update({ settings: { ...core.get().settings, language: 'en' } });
    await typing.page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    expect(await focused(typing.page)).toBe('Password');
  });

  test('a form that takes the place of another begins with the focus in it', async () => {
    const { page } = await open('sign-in/waiting');
    await tabTo(page, /¿Primera vez, u olvidó la contraseña\?/);
    await page.keyboard.press('Enter');
    await expectFocus(page, 'Correo registrado');
    await tabTo(page, /^Atrás/);
    await page.keyboard.press('Enter');
    await expectFocus(page, 'Contraseña');
    await windows.last.end();

    const alone = await open('standalone/no-portal');
    await alone.page.getByText('Con red', { exact: true }).click();
    await alone.page.getByLabel('Dirección del portal').fill('https://portal.condor.example');
    await alone.page.keyboard.press('Enter');
    await expectFocus(alone.page, 'Clave');
  });

  test('once it is set up, the page has the focus', async () => {
    const { page } = await open('sign-in/waiting');
    await page.keyboard.type(rightPassword);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Licencias' }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('content');
  });
});
