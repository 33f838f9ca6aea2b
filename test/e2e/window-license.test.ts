import { expect, test } from 'vitest';
import { formatLicenseKey, licenseKeyRandomBytes } from '../../src/domain/license-key.ts';
import { at, passView, problem } from '../fakes/client/states.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { expectFocus, tabTo } from './window/focus.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();
const key = formatLicenseKey(new Uint8Array(licenseKeyRandomBytes).fill(9));

describeUnless(missing, 'the license', () => {
  const windows = useWindows();
  const { open } = windows;

  test('says what is held, until when, on which device, and which programs use it now', async () => {
    const { page } = await open('license/active');
    const viga = page.getByRole('article', { name: 'Viga' });
    await viga.getByText('Activa', { exact: true }).waitFor();
    await viga.getByText('vale hasta el 30 de marzo de 2026 (dentro de 28 días)').waitFor();
    await viga.getByText('Viga 2026.1').waitFor();
    await page.getByRole('region', { name: 'Este equipo' }).getByText('CONDOR-WS-014').waitFor();
    expect(await page.getByRole('article', { name: 'Pórtico' }).getByRole('listitem').count()).toBe(2);
  });

  test('who waits for a seat sees their place and who has the seats, and is asked to do nothing', async () => {
    const { page } = await open('license/queued');
    const card = page.getByRole('article', { name: 'Pórtico' });
    await card.getByText('no hace falta hacer nada', { exact: false }).waitFor();
    await card.getByText('Su lugar en la fila: 3').waitFor();
    await card.getByText('Quién los tiene ahora:').waitFor();
    await card.getByText('Bruno Cárdenas, en CONDOR-WS-002', { exact: false }).waitFor();
    expect(await card.getByText('vuelva a abrir', { exact: false }).count()).toBe(0);
    expect(await card.getByText('Espere', { exact: false }).count()).toBe(0);
  });

  test('a session that ends soon is said two weeks before, with the way to sign in again', async () => {
    const { page, core } = await open('license/session-ending');
    const notice = page.getByRole('region', { name: 'Fin de la sesión' });
    await notice.getByText('Su sesión termina el 12 de marzo de 2026.', { exact: false }).waitFor();
    await tabTo(page, /^Iniciar sesión de nuevo$/);
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Correo' }).waitFor();
    expect(core.get().setup.step).toBe('sign-in');
    await page.getByRole('button', { name: 'Dejarlo como estaba' }).click();
    await notice.waitFor();
    core.update({ sessionEnds: null });
    await notice.waitFor({ state: 'detached' });
  });

  test('a change shows by itself: the connection goes, the license runs on, and comes back', async () => {
    const { page, core } = await open('license/active');
    const before = core.get();
    core.update({
      connection: { state: 'offline', since: at(0), problem: problem('network-offline') },
      licenses: [{ ...passView, state: 'run-on', kind: 'lease', renewedAt: at(-30), until: at(30) }],
    });
    await page.getByRole('status').filter({ hasText: 'No hay conexión con el portal' }).waitFor();
    await page.getByText('Sin conexión desde las 05:32').waitFor();
    const viga = page.getByRole('article', { name: 'Viga' });
    await viga.getByText('Prórroga', { exact: true }).waitFor();
    await viga
      .getByText('(dentro de 30 minutos) y después pasará a solo lectura. El programa no se cerrará.')
      .waitFor();
    // In the afternoon of the scenarios' place, UTC-5.
    core.update({
      licenses: [{ ...passView, state: 'run-on', kind: 'lease', renewedAt: at(-30), until: at(453) }],
    });
    await viga.getByText('hasta la 01:05', { exact: false }).waitFor();
    core.update({ connection: before.connection, licenses: before.licenses });
    await viga.getByText('Activa', { exact: true }).waitFor();
    await page.getByText('En línea con el portal').waitFor();
  });

  test.each([
    [
      'license/expiring',
      'Vence pronto',
      'Vale hasta el 8 de marzo de 2026 (dentro de 6 días). Si no se renueva, se puede trabajar hasta el 22 de marzo de 2026 y después pasa a solo lectura.',
    ],
    [
      'license/grace',
      'Vencida',
      'Trabaja hasta el 11 de marzo de 2026 (dentro de 9 días) y después pasa a solo lectura.',
    ],
    [
      'license/pass-ending',
      'Vence pronto',
      'Vale hasta el 5 de marzo de 2026 (dentro de 3 días). Conéctese una vez para renovarlo',
    ],
    ['license/given-back', 'Sin licencia', 'Actívela en Configuración, en «Cómo llega la licencia».'],
  ])('%s: what ends is told by what comes then, once', async (name, word, next) => {
    const { page } = await open(name);
    const card = page.getByRole('article');
    await card.getByText(word, { exact: true }).waitFor();
    await card.getByText(next).waitFor();
    expect(await card.textContent()).not.toMatch(/iniciar sesión|administrador que la renueve.*pida/i);
    expect(
      await card
        .getByRole('listitem')
        .filter({ hasText: /vence|venció|pase/ })
        .count(),
    ).toBe(0);
  });

  test('the day of its end is told as past once it is over', async () => {
    const { page } = await open('license/grace');
    const day = page.getByRole('definition').filter({ hasText: '25 de febrero de 2026' });
    await page
      .getByRole('term')
      .filter({ hasText: /^Venció$/ })
      .waitFor();
    await day.waitFor();
    expect(
      await page
        .getByRole('term')
        .filter({ hasText: /^Vence$/ })
        .count(),
    ).toBe(0);
  });

  test('renewing says that it went well, and why when it did not', async () => {
    const { page, core } = await open('license/active');
    await tabTo(page, /^Renovar ahora$/);
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Las licencias están al día.' }).waitFor();
    core.refuse('licenses.renew', 'portal-certificate');
    await page.keyboard.press('Enter');
    await page
      .getByRole('alert')
      .filter({ hasText: 'No se puede confiar en el certificado del portal' })
      .waitFor();
  });

  test('what an administrator took back is not to be had by connecting again', async () => {
    const { page } = await open('license/read-only');
    const card = page.getByRole('article', { name: 'Pórtico' });
    await card.getByText('Hable con el administrador de su empresa').waitFor();
    expect(await card.getByText('Vuelva a conectarse').count()).toBe(0);
  });

  test('where a license was given back the next one is activated from here', async () => {
    const { page, core } = await open('license/empty-standalone');
    await tabTo(page, /^Activar una licencia$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Active la licencia en este equipo' }).waitFor();
    expect(core.callsTo('setup.chooseMode')).toEqual([{ mode: 'standalone' }]);
  });

  test('asking again for what is not given is no success', async () => {
    const { page } = await open('license/read-only');
    await page.getByRole('button', { name: 'Renovar ahora' }).press('Enter');
    await page.getByRole('status').filter({ hasText: 'alguna licencia no permite trabajar ahora' }).waitFor();
    expect(await page.getByText('Las licencias están al día.').count()).toBe(0);
  });

  test('what is not read yet is not said to be nothing', async () => {
    const { page, core } = await open('license/loading');
    await page.getByRole('status').filter({ hasText: 'Cargando…' }).waitFor();
    expect(await page.getByText('Todavía no hay licencias').count()).toBe(0);
    core.update({ licenses: [] });
    await page.getByText('Todavía no hay licencias en este equipo').waitFor();
  });

  test('a device that changed is registered again from its card, with the key', async () => {
    const { page, core } = await open('license/device-drift');
    await tabTo(page, /^Registrar de nuevo…$/);
    await page.keyboard.press('Enter');
    await expectFocus(page, 'Clave');
    await page.keyboard.type('ALD-12345');
    await page.keyboard.press('Enter');
    await page.getByText('La clave tiene un error').waitFor();
    await page.getByRole('textbox', { name: 'Clave' }).fill(key);
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Este equipo quedó registrado' }).waitFor();
    await page.getByRole('region', { name: 'Este equipo' }).getByText('Reconocido').waitFor();
    expect(core.callsTo('licenses.registerAgain')).toEqual([{ key }]);
  });

  test('a device whose parts no license asks for is not said to wait for that', async () => {
    const { page, core } = await open('license/active');
    const card = page.getByRole('region', { name: 'Este equipo' });
    const { device, settings } = core.get();
    core.update({ device: { ...device, match: 'unknown', score: null, components: [] } });
    await card.getByText('Reconocido').waitFor({ state: 'detached' });
    expect(await card.getByText(/sin comprobar|se comprobará/i).count()).toBe(0);
    core.update({ settings: { ...settings, mode: 'standalone' }, licenses: [] });
    await card.getByText('Se comprobará cuando haya una licencia.').waitFor();
  });

  test('every degraded keychain has its banner; a notice can be dismissed', async () => {
    for (const [name, title] of [
      ['license/keychain-unavailable', 'Este equipo no tiene llavero'],
      ['license/keychain-locked', 'El llavero está bloqueado'],
      ['license/keychain-denied', 'El sistema no dejó usar el llavero'],
    ] as const) {
      const { page } = await open(name);
      await page.getByRole('status', { name: 'Avisos' }).getByText(title).waitFor();
      await windows.last.end();
    }
    const { page, core } = await open('license/notices');
    await page.getByText('/home/lucia/.config/aldaba/settings.json.corrupt-1').waitFor();
    await page
      .getByText('Variable: ALDABA_MODE. Valores posibles: cloud-signin, cloud-key, standalone')
      .waitFor();
    await tabTo(page, /Descartar el aviso/);
    await page.keyboard.press('Enter');
    await page.getByText('La configuración estaba dañada').waitFor({ state: 'detached' });
    expect(core.callsTo('settings.dismissNotice')).toEqual([{ id: 'a' }]);
  });

  test('signing out says what happens to programs that run', async () => {
    const { page, core } = await open('license/active');
    await tabTo(page, /Cuenta y empresas/);
    const ask = async () => {
      await page.keyboard.press('Enter');
      await expectFocus(page, /^Estructuras Cóndor/);
      await page.keyboard.press('ArrowDown');
      await expectFocus(page, 'Cerrar sesión');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').getByText('Hay 3 programas en uso: pasarán a solo lectura.').waitFor();
    };
    await ask();
    await page.keyboard.press('Escape');
    // The menu's item is gone: the button that opened the menu stands for it.
    await expectFocus(page, /Cuenta y empresas/);
    await ask();
    await tabTo(page, /^Cerrar sesión$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Inicie sesión' }).waitFor();
    expect(core.callsTo('session.signOut')).toHaveLength(1);
  });
});
