import { expect, test } from 'vitest';
import { formatLicenseKey, licenseKeyRandomBytes } from '../../src/domain/license-key.ts';
import { rightPassword } from '../fakes/client/fake-core.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { expectFocus, showsFocus, tabTo } from './window/focus.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();
const key = formatLicenseKey(new Uint8Array(licenseKeyRandomBytes).fill(9));

describeUnless(missing, 'the first run', () => {
  const windows = useWindows();
  const { open } = windows;

  test('A17, A19, A20: from the choice of the way in to the license, by keyboard alone', async () => {
    const { page, core } = await open('setup/mode');
    await expectFocus(page, /^Iniciar sesiónRecomendado/);
    expect(await showsFocus(page)).toBe(true);
    await page.keyboard.press('ArrowDown');
    await expectFocus(page, /^Clave en la nube/);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');

    await expectFocus(page, 'Dirección del portal');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByText('Escriba la dirección del portal.').isVisible()).toBe(true);
    await expectFocus(page, 'Dirección del portal');
    await page.keyboard.type('https://portal.condor.example');
    await page.keyboard.press('Enter');

    await expectFocus(page, 'Correo electrónico');
    await page.keyboard.type('lucia.ferrer@condor.example');
    await page.keyboard.press('Tab');
    await expectFocus(page, 'Contraseña');
    await page.keyboard.type(rightPassword);
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { level: 1, name: 'Licencias' }).waitFor();
    await page.getByRole('article', { name: 'Viga' }).waitFor();
    expect(core.callsTo('setup.chooseMode')).toEqual([{ mode: 'cloud-signin' }]);
    expect(core.callsTo('setup.signIn')).toEqual([
      { email: 'lucia.ferrer@condor.example', password: rightPassword },
    ]);
    // The password went in, and is nowhere to be found any more.
    expect(await page.content()).not.toContain(rightPassword);
    expect(JSON.stringify(core.get())).not.toContain(rightPassword);
  });

  test('A17: who waits for the sign-in is named, and the person may leave them without a license', async () => {
    const { page, core } = await open('sign-in/waiting');
    const waiting = page.getByRole('region', { name: '3 programas esperan a que usted termine:' });
    expect(await waiting.getByRole('listitem').allTextContents()).toEqual([
      'Viga 2026.1',
      'Zapata 2026.1× 2',
    ]);
    await page.getByText('Los programas que esperan se quedarán sin licencia').waitFor();
    await tabTo(page, /No iniciar sesión ahora/);
    await page.keyboard.press('Enter');
    await waiting.waitFor({ state: 'detached' });
    expect(core.callsTo('setup.cancelSignIn')).toHaveLength(1);
  });

  test.each(['setup/mode-waiting', 'setup/portal-waiting'])(
    'A17: who waits is named on %s too',
    async (name) => {
      const { page } = await open(name);
      await page.getByRole('region', { name: '3 programas esperan a que usted termine:' }).waitFor();
    },
  );

  test('a keychain that does not open is said on every step', async () => {
    const { page, core } = await open('setup/keychain-locked');
    await page.getByText('El llavero está bloqueado').waitFor();
    core.update({ keychain: { backend: 'secret-service', state: 'ok' } });
    await page.getByText('El llavero está bloqueado').waitFor({ state: 'detached' });
  });

  test('a refusal moves nothing above it, and every step begins at the same height', async () => {
    const heights: number[] = [];
    const { page, core } = await open('sign-in/first');
    const top = async (role: 'heading' | 'textbox', name: string) =>
      Math.round((await page.getByRole(role, { name }).boundingBox())?.y ?? -1);
    const field = await top('textbox', 'Correo electrónico');
    heights.push(await top('heading', 'Inicie sesión'));
    core.refuse('setup.signIn', 'invalid-credentials');
    await page.getByLabel('Correo electrónico').fill('lucia.ferrer@condor.example');
    await page.getByLabel('Contraseña', { exact: true }).fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('main').getByRole('alert').waitFor();
    expect(await top('textbox', 'Correo electrónico')).toBe(field);
    await page.getByRole('button', { name: /Primera vez/ }).click();
    heights.push(await top('heading', 'Cree o recupere su contraseña'));
    await page.getByRole('button', { name: 'Atrás' }).click();
    await page.getByRole('heading', { name: 'Inicie sesión' }).waitFor();
    await page.getByRole('button', { name: 'Atrás' }).click();
    await page.getByRole('heading', { name: '¿Cuál es el portal de su empresa?' }).waitFor();
    heights.push(await top('heading', '¿Cuál es el portal de su empresa?'));
    expect(new Set(heights).size).toBe(1);
  });

  test('where a proxy or a certificate may be missing it is given in the setup, and the step goes on', async () => {
    const { page, core } = await open('setup/portal');
    core.refuse('setup.setPortal', 'portal-certificate');
    await page.keyboard.type('https://portal.condor.example');
    await page.keyboard.press('Enter');
    await tabTo(page, /^Proxy y certificado…$/);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Proxy y certificado' });
    await dialog.getByRole('textbox', { name: 'Certificado de su organización' }).fill('/etc/ssl/condor.pem');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => core.callsTo('settings.update'))
      .toEqual([{ extraCaFile: '/etc/ssl/condor.pem' }]);
    // The step below was not sent by that.
    expect(core.callsTo('setup.setPortal')).toHaveLength(1);
    await page.keyboard.press('Escape');
    await expectFocus(page, 'Proxy y certificado…');
    core.allow('setup.setPortal');
    await page.getByRole('button', { name: 'Continuar' }).click();
    await page.getByRole('heading', { name: 'Inicie sesión' }).waitFor();
  });

  test('a refusal for want of a keychain goes with the reason for it', async () => {
    const { page, core } = await open('setup/keychain-unavailable');
    core.refuse('setup.activate', 'keychain-unavailable');
    await page.getByLabel('Clave').fill(key);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Este equipo no tiene llavero').waitFor();
    core.update({ keychain: { backend: 'file', state: 'ok' } });
    await page.getByText('Este equipo no tiene llavero').first().waitFor({ state: 'detached' });
    expect(await page.getByText('Este equipo no tiene llavero').count()).toBe(0);
  });

  test('A3: a wrong password is said at once without saying which of the two failed; the next try clears it', async () => {
    const { page } = await open('sign-in/waiting');
    await expectFocus(page, 'Contraseña');
    await page.keyboard.type('otra cosa');
    await page.keyboard.press('Enter');
    const alert = page.getByRole('alert').filter({ hasText: 'El correo o la contraseña no coinciden' });
    await alert.waitFor();
    await expectFocus(page, 'Contraseña');
    await page.keyboard.type('!');
    await alert.waitFor({ state: 'detached' });
  });

  test('A3: a refusal is said once, by the answer: the snapshot that tells of it may come before or after', async () => {
    const { page, core } = await open('sign-in/waiting');
    const alert = page.getByRole('alert').filter({ hasText: /no coinciden|does not match/ });
    /** Together with a language, which shows when the window has it. */
    async function tell(at: number, language: 'en' | 'es') {
      const problem = { code: 'invalid-credentials', at: new Date(at).toISOString(), data: {} } as const;
      const { setup, settings } = core.get();
      core.update({ setup: { ...setup, problem }, settings: { ...settings, language } });
      await page.locator(`html[lang^=${language}]`).waitFor();
    }
    const answer = core.hold('setup.signIn');
    await page.keyboard.type('otra cosa');
    await page.keyboard.press('Enter');
    await page.locator('button[type=submit][data-busy]').waitFor();
    await tell(1, 'en');
    expect(await alert.count()).toBe(0);
    answer();
    await alert.waitFor();
    await page.keyboard.type('!');
    await alert.waitFor({ state: 'detached' });
    await tell(2, 'es');
    expect(await alert.count()).toBe(0);
  });

  test('the password can be shown and hidden again by keyboard', async () => {
    const { page } = await open('sign-in/waiting');
    const field = page.getByLabel('Contraseña', { exact: true });
    await page.keyboard.type('abc');
    await tabTo(page, /Mostrar la contraseña/);
    await page.keyboard.press('Enter');
    expect(await field.getAttribute('type')).toBe('text');
    await page.keyboard.press('Space');
    expect(await field.getAttribute('type')).toBe('password');
  });

  test('A4, A5, A18: first or forgotten password in the same place, with where the email hides', async () => {
    const { page, core } = await open('sign-in/waiting');
    await tabTo(page, /¿Primera vez, u olvidó la contraseña\?/);
    await page.keyboard.press('Enter');
    await expectFocus(page, 'Correo registrado');
    await page.keyboard.press('Enter');
    await expectFocus(page, 'Revise su correo');
    await page.getByText('Mire en la carpeta de correo no deseado (spam)').waitFor();
    expect(core.callsTo('setup.requestPasswordLink')).toEqual([{ email: 'lucia.ferrer@condor.example' }]);
    await tabTo(page, /^Iniciar sesión$/);
    await page.keyboard.press('Enter');
    await page.getByLabel('Contraseña', { exact: true }).waitFor();
  });

  test('an error belongs to its field: it is described by it, and the first one gets the focus', async () => {
    const { page } = await open('sign-in/first');
    await page.keyboard.press('Enter');
    await expectFocus(page, 'Correo electrónico');
    const email = page.getByLabel('Correo electrónico');
    expect(await email.getAttribute('aria-invalid')).toBe('true');
    const described = await email.getAttribute('aria-describedby');
    expect(await page.locator(`[id="${described?.split(' ').at(-1)}"]`).textContent()).toBe(
      'Escriba su correo.',
    );
  });

  test('while the portal is asked nothing can be sent twice', async () => {
    const { page, core } = await open('sign-in/waiting');
    const answer = core.hold('setup.signIn');
    await page.keyboard.type(rightPassword);
    await page.keyboard.press('Enter');
    await page.locator('button[type=submit][data-busy]').waitFor();
    await page.keyboard.press('Enter');
    answer();
    await page.getByRole('heading', { level: 1, name: 'Licencias' }).waitFor();
    expect(core.callsTo('setup.signIn')).toHaveLength(1);
  });

  test('C10: with several companies the person chooses, and can change later without signing out', async () => {
    const { page, core } = await open('sign-in/first');
    await page.keyboard.type('varias@condor.example');
    await page.keyboard.press('Tab');
    await page.keyboard.type(rightPassword);
    await page.keyboard.press('Enter');
    await expectFocus(page, /^Estructuras Cóndor/);
    await page.keyboard.press('ArrowDown');
    await expectFocus(
      page,
      /^Puentes y Viaductos AndesInstalador de licencias · Colabora desde otra empresa/,
    );
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Licencias' }).waitFor();

    await tabTo(page, /Cuenta y empresas/);
    await page.keyboard.press('Enter');
    await expectFocus(page, /^Estructuras Cóndor/);
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Ha entrado en Estructuras Cóndor.' }).waitFor();
    expect(core.get().profile?.membership.account.name).toBe('Estructuras Cóndor');
  });

  test('what IT fixed is not asked, and a change of mode can be left as it was', async () => {
    const { page } = await open('setup/mode-fixed');
    await expect.poll(() => page.getByRole('radio').count()).toBe(1);
    await windows.last.end();

    const change = await open('setup/mode-change');
    await tabTo(change.page, /Dejarlo como estaba/);
    await change.page.keyboard.press('Enter');
    await change.page.getByRole('heading', { level: 1, name: 'Licencias' }).waitFor();
  });

  test('the language can be changed before anything is read', async () => {
    const { page } = await open('setup/mode');
    await page.getByRole('button', { name: 'Português' }).click();
    await page.getByRole('heading', { level: 1, name: 'Como a licença chega a este computador?' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('pt-BR');
  });
});
