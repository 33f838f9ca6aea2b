import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { formatLicenseKey, licenseKeyRandomBytes } from '../../src/domain/license-key.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { expectFocus } from './window/focus.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();
const key = formatLicenseKey(new Uint8Array(licenseKeyRandomBytes).fill(9));

describeUnless(missing, 'the first run with a key', () => {
  const { open } = useWindows();

  test('a cloud key with a slip is stopped here, a well-formed one goes to the portal', async () => {
    const { page, core } = await open('setup/key');
    await expectFocus(page, 'Clave');
    await page.keyboard.type(key.slice(0, -2));
    await page.keyboard.press('Enter');
    await page.getByText('La clave tiene un error').waitFor();
    expect(core.callsTo('setup.enterKey')).toEqual([]);
    await page.getByLabel('Clave').last().fill(key);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Licencias' }).waitFor();
    expect(core.callsTo('setup.enterKey')).toEqual([{ key }]);
  });

  test('standalone with network: the portal is asked for once, then the key activates', async () => {
    const { page } = await open('standalone/no-portal');
    await page.getByRole('radio', { name: 'Sin red, con archivos' }).waitFor();
    await page.getByText('Con red', { exact: true }).click();
    await page.getByLabel('Dirección del portal').fill('https://portal.condor.example');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Clave' }).fill(key);
    await page.keyboard.press('Enter');
    await page.getByRole('article', { name: 'Zapata' }).waitFor();
  });

  test('standalone: the license that this device has is used again without a key, and what that ends is said', async () => {
    const { page } = await open('standalone/stored');
    const stored = page.getByRole('region', { name: 'Este equipo ya tiene licencia' });
    await stored.getByText('Al usarla se cierra la sesión en este equipo.').waitFor();
    await stored.getByRole('button', { name: 'Usar esta licencia' }).click();
    await page.getByRole('article', { name: 'Zapata' }).waitFor();
  });

  test('standalone without network: the request is saved as a file, and the answer comes back by picking or dropping it', async () => {
    const { page } = await open('standalone/requested');
    await page.getByRole('textbox', { name: 'Clave' }).fill(key);
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    expect(download.suggestedFilename()).toBe('CONDOR-WS-014.aldaba-request');
    expect(await readFile(await download.path(), 'utf8')).toContain('ALDABA REQUEST');
    await page.getByText('https://portal.condor.example/offline').waitFor();

    const file = { name: 'zapata.aldaba-license', mimeType: 'text/plain', buffer: Buffer.from('nada') };
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByRole('alert').filter({ hasText: 'No es un archivo de licencia' }).waitFor();

    const big = { ...file, buffer: Buffer.alloc(131_073, 'x') };
    await page.locator('input[type=file]').setInputFiles(big);
    await page.getByRole('alert').filter({ hasText: 'El archivo es demasiado grande' }).waitFor();

    const dropped = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      // As an editor of Windows saves it.
      const text = Uint16Array.from('\uFEFF-----BEGIN ALDABA LICENSE-----', (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([text], 'zapata.aldaba-license'));
      return transfer;
    });
    await page
      .getByText('Suelte el archivo aquí o elíjalo.')
      .dispatchEvent('drop', { dataTransfer: dropped });
    await page.getByRole('article', { name: 'Zapata' }).waitFor();
    await page
      .getByRole('status')
      .filter({ hasText: 'Licencia de Zapata activada en este equipo.' })
      .waitFor();
  });
});
