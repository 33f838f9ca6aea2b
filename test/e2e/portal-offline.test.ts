import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { formatArmor } from '../../src/domain/documents/index.ts';
import { createPool, putProduct } from '../../src/portal/services/catalog.ts';
import { createStandaloneKey } from '../../src/portal/services/keys.ts';
import { signedBy } from '../portal/devices.ts';
import { createTestDevice, type TestDevice, testPassword } from '../portal/support.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { portalPages } from './support/portal-pages.ts';

const { missing } = await findBrowser();
const pages = portalPages(missing);

describeUnless(missing, 'the page for computers without network', () => {
  test('a request file that is none is refused by the page', async () => {
    await pages.open(`${pages.portal.url}/offline`);
    await pages.page.setInputFiles('#file', {
      name: 'notas.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('Lista de compras'),
    });
    expect(await pages.page.locator('#chosen').textContent()).toBe('Leído: notas.txt');
    await pages.page.click('#send');
    await pages.alert('El archivo de solicitud no es válido');
    expect(pages.requested.filter((address) => address.startsWith('POST'))).toEqual([]);
  });

  test('A19: a request file, as mail left it, becomes a license file to download', async () => {
    const condor = await pages.portal.company('Puentes del Sur', []);
    const { key } = await pages.portal.services.database.asService(async (tx) => {
      await putProduct(tx, { code: 'viga', name: 'Viga' }, pages.portal.clock.now());
      const sold = { accountId: condor.id, product: 'viga', deviceLimit: 1 };
      return createStandaloneKey(tx, sold, pages.portal.clock.now());
    });
    const requestOf = (device: TestDevice) => {
      const { name, platform, components } = device.description;
      const described = { name, platform, components, salt: 'c2FsdHNhbHRzYWx0c2E' };
      return signedBy(device, 'activation-request', { jti: randomUUID(), iat: 0, key, device: described });
    };
    const device = createTestDevice('Portátil de obra');
    const jws = await requestOf(device);
    const headers = [['Device', device.description.name]] as const;
    const file = formatArmor({ kind: 'activation-request', jws, headers });
    const quoted = `Buenos días:\r\n\r\n${file.replace(/^/gm, '> ').replaceAll('\n', '\r\n')}`;
    await pages.open(`${pages.portal.url}/offline`);
    await pages.page.setInputFiles('#file', {
      name: 'solicitud.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from(`\uFEFF${quoted}`, 'utf16le'),
    });
    await pages.page.click('#send');
    await pages.heading().filter({ hasText: 'Licencia lista' }).waitFor();
    expect(await pages.page.locator('#device').textContent()).toBe('Portátil de obra');
    expect(await pages.page.locator('#product').textContent()).toBe('Viga');
    const [download] = await Promise.all([
      pages.page.waitForEvent('download'),
      pages.page.click('#download'),
    ]);
    const saved = await readFile(await download.path(), 'utf8');
    expect(saved).toContain('-----BEGIN ALDABA LICENSE-----');
    expect(download.suggestedFilename()).toBe(await pages.page.locator('#file-name').textContent());
    expect(await pages.violations()).toEqual([]);
    expect(pages.complaints).toEqual([]);
    // Another machine with the same key is refused in words, and so is a request that somebody changed.
    await pages.page.click('#another');
    await pages.page.fill('#request', await requestOf(createTestDevice('Otro portátil')));
    await pages.page.click('#send');
    await pages.alert('La clave ya se usó en todos sus equipos');
    await pages.page.fill(
      '#request',
      jws.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    );
    await pages.page.click('#send');
    await pages.alert('El archivo de solicitud no es válido');
  });

  test('the same file is read again after it was mended', async () => {
    await pages.open(`${pages.portal.url}/offline`);
    const pick = (content: string) =>
      pages.page.setInputFiles('#file', {
        name: 'solicitud.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from(content),
      });
    const read = (content: string) =>
      expect.poll(() => pages.page.locator('#request').inputValue()).toBe(content);
    await pick('rota');
    await read('rota');
    expect(await pages.page.locator('#file').inputValue()).toBe('');
    await pick('mendada');
    await read('mendada');
  });

  test('a receipt is told from a request, and refused in its own words', async () => {
    const device = createTestDevice();
    const claims = { jti: randomUUID(), iat: 0, right: randomUUID(), kind: 'license' } as const;
    const file = formatArmor({
      kind: 'return-receipt',
      jws: await signedBy(device, 'return-receipt', claims),
    });
    const button = (name: string) => pages.page.getByRole('button', { name }).waitFor();
    await pages.open(`${pages.portal.url}/offline`);
    await button('Obtener el archivo de licencia');
    await pages.page.fill('#request', file);
    await button('Registrar la devolución');
    await pages.page.click('#send');
    await pages.alert('Este portal no conoce esa licencia');
    expect(await pages.violations()).toEqual([]);
    await pages.page.fill('#request', file.replace(/(?<=\n)ey(?=J)/, 'ex'));
    await pages.page.click('#send');
    await pages.alert('El recibo no es válido');
    await pages.page.fill('#request', '');
    await button('Obtener el archivo de licencia');
  });

  test('the receipt of what was borrowed frees its seat', async () => {
    const email = 'ana@puente.example';
    const { portal } = pages;
    const person = { email, role: 'license-installer', password: testPassword } as const;
    const { id: accountId } = await portal.company('Puentes del Norte', [person]);
    await portal.services.database.asService(async (tx) => {
      await putProduct(tx, { code: 'viga', name: 'Viga' }, portal.clock.now());
      const pool = { accountId, product: 'viga', kind: 'floating', total: 1 } as const;
      await createPool(tx, pool, portal.clock.now());
    });
    const acquire = async (device: TestDevice) => {
      const { client } = await portal.signIn(email, testPassword, { device });
      const asked = { idempotencyKey: randomUUID(), product: 'viga', version: '1.0' };
      return { client, ...(await client.licenses.acquire(asked)) };
    };
    const device = createTestDevice();
    const { client, leaseId } = await acquire(device);
    await client.licenses.borrow({ leaseId, days: 7 });
    await expect(acquire(createTestDevice())).rejects.toMatchObject({ code: 'no-seat-free' });
    const claims = { jti: randomUUID(), iat: 0, right: leaseId, kind: 'borrow' } as const;
    const jws = await signedBy(device, 'return-receipt', claims);
    await pages.open(`${portal.url}/offline`);
    await pages.page.fill('#request', formatArmor({ kind: 'return-receipt', jws }));
    await pages.page.click('#send');
    await pages.heading().filter({ hasText: 'Devolución registrada' }).waitFor();
    expect(await pages.violations()).toEqual([]);
    expect((await acquire(createTestDevice())).kind).toBe('lease');
  });
});
