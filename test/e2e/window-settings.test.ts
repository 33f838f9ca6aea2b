import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { diagnosisSchema } from '../../src/contract/client/diagnosis.ts';
import { formatLicenseKey, licenseKeyRandomBytes } from '../../src/domain/license-key.ts';
import { portal, present } from '../fakes/client/states.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { expectFocus, tabTo } from './window/focus.ts';
import { scenarioNamed } from './window/scenario-named.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();

describeUnless(missing, 'settings', () => {
  const windows = useWindows();
  const { open } = windows;

  test('language and theme change at once, by keyboard, and are kept by the core', async () => {
    const { page, core } = await open('settings/signed-in');
    await page.getByLabel('Idioma').selectOption('pt');
    await page.getByRole('heading', { level: 1, name: 'Configurações' }).waitFor();
    expect(await page.title()).toBe('Configurações – Aldaba');
    await tabTo(page, /^Clara$/);
    await page.keyboard.press('ArrowRight');
    await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
    await expectFocus(page, 'Escura');
    expect(core.get().settings).toMatchObject({ language: 'pt', theme: 'dark' });
  });

  test('the system’s theme is followed while nothing else is chosen', async () => {
    const { page, core } = await open('settings/signed-in');
    core.update({ settings: { ...core.get().settings, theme: 'system' } });
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
    }
  });

  test('what is fixed is shown with what fixed it, and there is nothing to change it with', async () => {
    const { page, core } = await open('settings/locked');
    await page.getByText('Lo fija su organización.').first().waitFor();
    expect(await page.getByText('Lo fija su organización.').count()).toBe(8);
    for (const role of ['combobox', 'switch', 'textbox', 'radio'] as const)
      expect(await page.getByRole(role).count()).toBe(0);
    await page.getByText('http://proxy.condor.example:8080').waitFor();
    core.update({ lockedAtStart: ['portal', 'proxy'] });
    await page.getByText('Lo fija la forma en que se inició Aldaba.').first().waitFor();
    expect(await page.getByText('Lo fija la forma en que se inició Aldaba.').count()).toBe(2);
    expect(await page.getByText('Lo fija su organización.').count()).toBe(6);
  });

  test('a refused value is said at its field, which keeps what was typed', async () => {
    const { page, core } = await open('settings/proxy-refused');
    const proxy = page.getByRole('textbox', { name: 'Proxy' });
    await proxy.fill('proxy:8080');
    await page.keyboard.press('Enter');
    await page.getByText('Escriba la dirección entera, como http://proxy:8080').waitFor();
    expect(await proxy.getAttribute('aria-invalid')).toBe('true');
    expect(await proxy.inputValue()).toBe('proxy:8080');
    await proxy.fill('http://ana:secreto@proxy:8080');
    await page.keyboard.press('Enter');
    await page.getByText('no puede llevar usuario ni contraseña').waitFor();
    expect(core.callsTo('settings.update')).toEqual([]);
    await proxy.fill('http://proxy.condor.example:8080');
    // By its button, which goes when there is nothing left to save: the focus is at the field then.
    await page.getByRole('button', { name: 'Guardar', exact: true }).press('Enter');
    await page.getByRole('status').filter({ hasText: 'Se guardó.' }).waitFor();
    expect(core.get().settings.proxy).toBe('http://proxy.condor.example:8080');
    expect(await proxy.evaluate((field) => field === document.activeElement)).toBe(true);
    await proxy.fill('');
    await page.keyboard.press('Enter');
    await expect.poll(() => core.get().settings.proxy).toBeNull();
  });

  test('starting with the computer is offered where the shell can do it, and nowhere else', async () => {
    const { page, core } = await open('settings/installed');
    await page.getByRole('switch', { name: 'Iniciar con el equipo' }).press('Space');
    await expect.poll(() => core.get().settings.autoStart).toBe(false);
    await windows.last.end();
    const { page: other } = await open('settings/signed-in');
    await other.getByLabel('Idioma').waitFor();
    expect(await other.getByText('Iniciar con el equipo').count()).toBe(0);
  });

  test('another device’s session is ended after saying what that does there; this one’s is not offered', async () => {
    const { page, core } = await open('settings/signed-in');
    await page.getByText('CONDOR-LT-203').waitFor();
    expect(await page.getByRole('button', { name: /Cerrar la sesión en/ }).count()).toBe(2);
    await tabTo(page, /Cerrar la sesión en CONDOR-LT-203/);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: '¿Cerrar la sesión en CONDOR-LT-203?' });
    await dialog.getByText(/siguen hasta 75 minutos y después pasan a solo lectura/).waitFor();
    await tabTo(page, /^Cerrar la sesión$/);
    await dialog.getByRole('button', { name: 'Cerrar la sesión', exact: true }).click();
    await page.getByText('CONDOR-LT-203', { exact: true }).waitFor({ state: 'detached' });
    expect(core.callsTo('session.end')).toHaveLength(1);
  });

  test('sessions that cannot be read say why and can be asked for again', async () => {
    const { page, core } = await open('settings/sessions-refused');
    const again = page.getByRole('button', { name: 'Reintentar' });
    await again.waitFor();
    core.allow('session.list');
    await again.press('Enter');
    await page.getByText('nodo-calculo-7').waitFor();
  });

  test('the mode can be changed from here, and left again', async () => {
    const { page } = await open('settings/signed-in');
    await tabTo(page, /^Cambiar…$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: '¿Cómo llega la licencia a este equipo?' }).waitFor();
    await page.getByRole('button', { name: 'Dejarlo como estaba' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Configuración' }).waitFor();
  });

  test('what is wrong with a field comes into sight with its words', async () => {
    const { page } = await open('settings/proxy-refused');
    await scenarioNamed('settings/proxy-refused').act?.(page, windows.last);
    const said = page.getByText('Escriba la dirección entera, como http://proxy:8080');
    const bottom = async () => {
      const box = await said.boundingBox();
      return box === null ? Number.POSITIVE_INFINITY : box.y + box.height;
    };
    await expect.poll(bottom).toBeLessThanOrEqual(800);
  });

  test('a change of the mode ends where the license is', async () => {
    const { page, core } = await open('settings/signed-in');
    await page.getByRole('button', { name: 'Cambiar…' }).click();
    await page.getByRole('radio', { name: /^Clave en la nube/ }).check();
    await page.getByRole('button', { name: 'Continuar' }).click();
    const key = formatLicenseKey(new Uint8Array(licenseKeyRandomBytes).fill(9));
    await page.getByRole('textbox', { name: 'Clave' }).fill(key);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Licencias' }).waitFor();
    expect(core.get().settings.mode).toBe('cloud-key');
  });

  test('keeping the session in a file is an explicit choice, offered only without a keychain', async () => {
    const { page, core } = await open('settings/keychain-memory');
    await page.getByRole('switch', { name: 'Guardar en un archivo' }).press('Space');
    await expect.poll(() => core.get().settings.secretsOnDisk).toBe(true);
    await windows.last.end();
    const { page: other } = await open('settings/signed-in');
    await other.getByText('Credenciales de Windows').waitFor();
    expect(await other.getByRole('switch', { name: 'Guardar en un archivo' }).count()).toBe(0);
  });

  test.each(['setup/keychain-unavailable', 'settings/keychain-memory', 'license/keychain-unavailable'])(
    '%s: what has no keychain to go to may go to a file, after a question',
    async (name) => {
      const { page, core } = await open(name);
      const dialog = page.getByRole('dialog', { name: '¿Guardar la sesión y la clave en un archivo?' });
      await tabTo(page, /^Guardar en un archivo…$/);
      await page.keyboard.press('Enter');
      await dialog.getByText(/quien pueda leerlo podría usar su sesión/).waitFor();
      expect(core.callsTo('settings.update')).toEqual([]);
      await dialog.getByRole('button', { name: 'Guardar en un archivo' }).press('Enter');
      await page.getByText('Este equipo no tiene llavero').waitFor({ state: 'detached' });
      expect(core.callsTo('settings.update')).toEqual([{ secretsOnDisk: true }]);
    },
  );

  test('where the organization decides on the file, it is not offered', async () => {
    const { page, core } = await open('setup/keychain-unavailable');
    core.update({ lockedSettings: ['secretsOnDisk'] });
    await page.getByRole('button', { name: 'Guardar en un archivo…' }).waitFor({ state: 'detached' });
  });

  test.each(['setup/device-key-damaged', 'settings/device-key-damaged'])(
    '%s: a new key is made after a question',
    async (name) => {
      const { page, core } = await open(name);
      const dialog = page.getByRole('dialog', { name: '¿Crear una clave nueva para este equipo?' });
      await tabTo(page, /^Crear una clave nueva…$/);
      await page.keyboard.press('Enter');
      await dialog.getByText(/lo que hay en el llavero se conserva aparte/i).waitFor();
      expect(core.callsTo('setup.resetDevice')).toHaveLength(0);
      await dialog.getByRole('button', { name: 'Crear una clave nueva' }).press('Enter');
      await page.getByText('La clave de este equipo está dañada').waitFor({ state: 'detached' });
      expect(core.callsTo('setup.resetDevice')).toHaveLength(1);
    },
  );

  test('the diagnosis is a file without secrets', async () => {
    const { page } = await open('settings/signed-in');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Guardar diagnóstico' }).press('Enter'),
    ]);
    expect(download.suggestedFilename()).toBe('aldaba-diagnosis.json');
    await page.getByText('Compruebe que aldaba-diagnosis.json quedó guardado.').waitFor();
    const text = await readFile(await download.path(), 'utf8');
    const found = diagnosisSchema.parse(JSON.parse(text));
    expect(found).toMatchObject({
      portal: { address: portal, problem: null },
      licenses: [{ product: 'viga', state: 'active' }, { product: 'portico' }],
      device: { match: 'match' },
    });
    expect(found.log).not.toEqual([]);
    expect(text).not.toMatch(/lucia|ferrer|@condor/i);
  });

  test('the way to the portal is tried by a button: what answers, through what, with which certificate and clock', async () => {
    const { page, core } = await open('settings/diagnosis');
    const release = core.hold('diagnose');
    await page.getByRole('button', { name: 'Probar la conexión' }).press('Enter');
    await page.getByText('Probando…').waitFor();
    release();
    const section = page.getByRole('region', { name: 'Conexión y diagnóstico' });
    await section.getByText('El portal responde').waitFor();
    await section.getByText('http://proxy.condor.example:8080, de esta configuración').waitFor();
    await section.getByText('CN=portal.condor.example, firmado por CN=Condor Inspection CA').waitFor();
    await section.getByText('Coincide con la del portal').waitFor();
    core.update({
      connection: {
        state: 'offline',
        since: null,
        problem: { code: 'portal-captive', data: {}, at: present },
      },
    });
    await page.getByRole('button', { name: 'Probar la conexión' }).press('Enter');
    await section.getByText('La red pide iniciar sesión primero').waitFor();
  });
});
