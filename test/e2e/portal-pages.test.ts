import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { formatArmor } from '../../src/domain/documents/index.ts';
import { rateLimit } from '../../src/portal/db/schema.ts';
import { outboxOnly } from '../../src/portal/mail/transport.ts';
import { putProduct } from '../../src/portal/services/catalog.ts';
import { createStandaloneKey } from '../../src/portal/services/keys.ts';
import { signedBy } from '../portal/devices.ts';
import {
  createTestDevice,
  hours,
  startTestPortal,
  type TestDevice,
  type TestPortal,
  testPassword,
} from '../portal/support.ts';
import { findBrowser, launchBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';

const { missing } = await findBrowser();
const nueva = 'nueva@condor.example';
const luis = 'luis@condor.example';

let portal: TestPortal;
beforeAll(async () => {
  portal = await startTestPortal({
    settings: { outboxPage: true, supportEmail: 'ayuda@aldaba.example' },
  });
  await portal.company('Estructuras Cóndor', [
    { email: nueva, role: 'license-installer', firstName: 'Nadia', lastName: 'Huamán' },
    { email: luis, role: 'license-installer', password: testPassword, firstName: 'Luis', lastName: 'Mamani' },
  ]);
});
afterAll(() => portal.close());

async function violations(page: Page) {
  // The mail's frame has a policy of its own under which no script of the check runs.
  const { violations: found } = await new AxeBuilder({ page }).exclude('iframe').analyze();
  return found.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}

async function linkFor(email: string): Promise<string> {
  const before = portal.mails.length;
  // So that the outbox has it first.
  portal.clock.advance(1000);
  await portal.services.database.queries.delete(rateLimit);
  await portal.client().passwords.requestLink({ email, language: 'es' });
  const find = () =>
    portal.mails.slice(before).find((sent) => sent.to === email && sent.text.includes('#token='));
  await expect.poll(find, { interval: 10, timeout: 10_000 }).toBeDefined();
  return /http\S+#token=[\w-]+/.exec(find()?.text ?? '')?.[0] ?? '';
}

describeUnless(missing, 'in a browser', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];
  const requested: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  }, 90_000);
  afterAll(() => browser.close());
  afterEach(() => context.close());

  async function open(address: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
    context = await browser.newContext({ locale: 'es-PE', ...options });
    page = await context.newPage();
    complaints.length = 0;
    requested.length = 0;
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // A refusal is an answer with its status; the console notes each.
      if (message.type() === 'error' && !message.text().includes('status of 4'))
        complaints.push(message.text());
    });
    page.on('request', (request) => requested.push(`${request.method()} ${request.url()}`));
    await page.goto(address);
  }

  const view = (name: string) => page.locator(`[data-view="${name}"]`);
  const alert = (words: string) => page.getByRole('alert').filter({ hasText: words }).waitFor();
  const heading = () => page.getByRole('heading', { level: 1 });

  test('A14: a first password by the mailed link, by keyboard alone', async () => {
    const link = await linkFor(nueva);
    await open(link);
    await heading().filter({ hasText: 'Cree su contraseña' }).waitFor();
    expect(await page.locator('.who').textContent()).toMatch(
      /Nadia Huamán[\s\S]*nueva@condor\.example[\s\S]*Estructuras Cóndor/,
    );
    // The field has the focus; what is missing is said in words as well as by the bar.
    await page.keyboard.type('tres gaviotas');
    expect(await page.getByRole('status').last().textContent()).toBe('13 de 15 caracteres como mínimo');
    await page.keyboard.press('Enter');
    await alert('demasiado corta');
    await page.keyboard.type(' cruzan el muelle');
    expect(await page.getByRole('alert').count()).toBe(0);
    // Tab: show it, look, hide it.
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Mostrar');
    await page.keyboard.press('Enter');
    expect(await page.locator('#password').getAttribute('type')).toBe('text');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await heading().filter({ hasText: 'Contraseña guardada' }).waitFor();
    expect(await view('done').textContent()).toContain('Vuelva a la ventana de Aldaba');
    expect(new URL(page.url()).hash).toBe('');
    await portal.signIn(nueva, testPassword);
    expect(complaints).toEqual([]);
    // The token is in no address that was asked for.
    expect(requested.filter((address) => address.includes(link.split('#token=')[1] ?? ''))).toEqual([]);
  });

  test('the rules are judged in the page, with what is known of the person', async () => {
    await open(await linkFor(luis));
    await heading().filter({ hasText: 'Cree una contraseña nueva' }).waitFor();
    const rule = (name: string) => page.locator(`#rule-${name}`).getAttribute('data-state');
    await page.fill('#password', 'contraseña123456789');
    expect([await rule('length'), await rule('common'), await rule('contextual')]).toEqual([
      'met',
      'broken',
      'met',
    ]);
    await page.fill('#password', 'Mamani-Luis-Condor-1');
    expect([await rule('common'), await rule('contextual')]).toEqual(['met', 'broken']);
    await page.click('#save');
    await alert('se parece a sus datos');
    await page.fill('#password', 'x'.repeat(129));
    expect(await rule('length')).toBe('broken');
    expect(complaints).toEqual([]);
  });

  test('a link that expired offers another one; A5: the answer says to look in the spam folder', async () => {
    const link = await linkFor(luis);
    portal.clock.advance(hours);
    await open(link);
    await heading().filter({ hasText: 'Reciba un enlace por correo' }).waitFor();
    await alert('El enlace caducó');
    await page.fill('#email', 'luis');
    await page.click('#ask');
    await alert('Esa dirección no está completa');
    await page.fill('#email', luis);
    const before = portal.mails.length;
    await page.click('#ask');
    await heading().filter({ hasText: 'Revise su correo' }).waitFor();
    expect(await view('sent').textContent()).toContain('correo no deseado (spam)');
    await expect.poll(() => portal.mails.length, { interval: 10 }).toBe(before + 1);
    expect(complaints).toEqual([]);
  });

  test('a link that broke while the page was open is refused when saving, with a way on', async () => {
    const link = await linkFor(luis);
    await open(link);
    await heading().filter({ hasText: 'Cree una contraseña nueva' }).waitFor();
    await portal.client().passwords.set({ token: link.split('#token=')[1] ?? '', password: testPassword });
    await page.fill('#password', 'otra frase que nadie conoce');
    await page.click('#save');
    await heading().filter({ hasText: 'Reciba un enlace por correo' }).waitFor();
    await alert('El enlace no sirve');
  });

  test('the portal gone says so and keeps what was typed', async () => {
    await open(await linkFor(luis));
    await heading().filter({ hasText: 'Cree una contraseña nueva' }).waitFor();
    await page.fill('#password', 'otra frase que nadie conoce');
    await context.setOffline(true);
    await page.click('#save');
    await page.getByRole('alert').waitFor();
    expect(await page.locator('#password').inputValue()).toBe('otra frase que nadie conoce');
  });

  test('a link that could not be looked up says why, promises nothing, and is looked up again when asked', async () => {
    const reading = '**/v1/passwords/links/read';
    const answer = (status: number, contentType: string, body: string) =>
      page.route(reading, (route) => route.fulfill({ status, contentType, body }), { times: 1 });
    const again = () => page.getByRole('button', { name: 'Reintentar' });
    const link = await linkFor(luis);
    await open(portal.url);
    await page.route(reading, (route) => route.abort(), { times: 1 });
    await page.goto(link);
    await alert('No se pudo llegar al portal');
    expect(await view('reading').textContent()).not.toContain('Aldaba');
    expect(await violations(page)).toEqual([]);
    await answer(502, 'text/html', '<h1>Bad Gateway</h1>');
    await page.keyboard.press('Enter');
    await alert('El portal no puede atender ahora');
    await answer(500, 'application/json', '{"code":"internal","data":{"requestId":"0193-peticion"}}');
    await again().click();
    await alert('Código de referencia: 0193-peticion.');
    await again().click();
    await heading().filter({ hasText: 'Cree una contraseña nueva' }).waitFor();
  });

  test('another language keeps the link', async () => {
    await open(await linkFor(luis));
    await page.getByRole('link', { name: 'English' }).click();
    await heading().filter({ hasText: 'Create a new password' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.getByRole('link', { name: 'Português' }).click();
    await heading().filter({ hasText: 'Crie uma senha nova' }).waitFor();
  });

  test('the outbox shows each mail and leads to its link', async () => {
    await linkFor(luis);
    await open(`${portal.url}/outbox`);
    await page
      .getByRole('link', { name: /Cambie su contraseña de Aldaba/ })
      .first()
      .click();
    const frame = page.frameLocator('iframe');
    await frame.getByRole('heading', { name: 'Cree una contraseña nueva' }).waitFor();
    await page.getByRole('link', { name: 'Abrir el enlace del correo' }).click();
    await heading().filter({ hasText: 'Cree una contraseña nueva' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('a request file that is none is refused by the page', async () => {
    await open(`${portal.url}/offline`);
    await page.setInputFiles('#file', {
      name: 'notas.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('Lista de compras'),
    });
    expect(await page.locator('#chosen').textContent()).toBe('Leído: notas.txt');
    await page.click('#send');
    await alert('El archivo de solicitud no es válido');
    expect(requested.filter((address) => address.startsWith('POST'))).toEqual([]);
  });

  test('A19: a request file, as mail left it, becomes a license file to download', async () => {
    const condor = await portal.company('Puentes del Sur', []);
    const { key } = await portal.services.database.asService(async (tx) => {
      await putProduct(tx, { code: 'viga', name: 'Viga' }, portal.clock.now());
      const sold = { accountId: condor.id, product: 'viga', deviceLimit: 1 };
      return createStandaloneKey(tx, sold, portal.clock.now());
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
    await open(`${portal.url}/offline`);
    await page.setInputFiles('#file', {
      name: 'solicitud.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from(quoted),
    });
    await page.click('#send');
    await heading().filter({ hasText: 'Licencia lista' }).waitFor();
    expect(await page.locator('#device').textContent()).toBe('Portátil de obra');
    expect(await page.locator('#product').textContent()).toBe('Viga');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
    const saved = await readFile(await download.path(), 'utf8');
    expect(saved).toContain('-----BEGIN ALDABA LICENSE-----');
    expect(download.suggestedFilename()).toBe(await page.locator('#file-name').textContent());
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    // Another machine with the same key is refused in words, and so is a request that somebody changed.
    await page.click('#another');
    await page.fill('#request', await requestOf(createTestDevice('Otro portátil')));
    await page.click('#send');
    await alert('La clave ya se usó en todos sus equipos');
    await page.fill(
      '#request',
      jws.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    );
    await page.click('#send');
    await alert('El archivo de solicitud no es válido');
  });

  test('the same file is read again after it was mended', async () => {
    await open(`${portal.url}/offline`);
    const pick = (content: string) =>
      page.setInputFiles('#file', {
        name: 'solicitud.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from(content),
      });
    const read = (content: string) => expect.poll(() => page.locator('#request').inputValue()).toBe(content);
    await pick('rota');
    await read('rota');
    expect(await page.locator('#file').inputValue()).toBe('');
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
    const button = (name: string) => page.getByRole('button', { name }).waitFor();
    await open(`${portal.url}/offline`);
    await button('Obtener el archivo de licencia');
    await page.fill('#request', file);
    await button('Registrar la devolución');
    await page.click('#send');
    await alert('Este portal no conoce esa licencia');
    expect(await violations(page)).toEqual([]);
    await page.fill('#request', file.replace(/(?<=\n)ey(?=J)/, 'ex'));
    await page.click('#send');
    await alert('El recibo no es válido');
    await page.fill('#request', '');
    await button('Obtener el archivo de licencia');
  });

  describe('has nothing that keeps anybody out', () => {
    const steps: Record<string, () => Promise<void>> = {
      '/': async () => undefined,
      '/reference': async () => undefined,
      '/outbox': async () => undefined,
      '/offline': async () => {
        await page.click('#send');
        await page.getByRole('alert').waitFor();
      },
      '/nothing': async () => undefined,
      '/set-password': async () => {
        await page.getByLabel('Correo registrado').waitFor();
      },
    };
    for (const scheme of ['light', 'dark'] as const) {
      test.each(Object.keys(steps))(`${scheme}: %s`, async (path) => {
        await open(`${portal.url}${path}`, { colorScheme: scheme });
        await steps[path]?.();
        expect(await violations(page)).toEqual([]);
      });

      test(`${scheme}: the password form, empty, refused and done`, async () => {
        await open(await linkFor(luis), { colorScheme: scheme });
        await page.locator('#password').waitFor();
        expect(await violations(page)).toEqual([]);
        await page.fill('#password', 'contraseña123456789');
        await page.click('#save');
        expect(await violations(page)).toEqual([]);
        await page.fill('#password', testPassword);
        await page.click('#save');
        await heading().filter({ hasText: 'Contraseña guardada' }).waitFor();
        expect(await violations(page)).toEqual([]);
      });
    }
  });

  test('nothing is wider than a telephone', async () => {
    for (const path of ['/', '/set-password', '/offline', '/outbox', '/reference']) {
      await open(`${portal.url}${path}`, { viewport: { width: 360, height: 740 } });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([path, width]).toEqual([path, 360]);
      if (path !== '/reference') await context.close();
    }
  });
});

describe('the outbox', () => {
  test('is read on this machine under its own name, by nobody else', async () => {
    const own = await fetch(`${portal.url}/outbox.json`);
    expect(own.status).toBe(200);
    const { port } = new URL(portal.url);
    // A page elsewhere whose name was made to lead here.
    const status = await new Promise((resolve, reject) => {
      request({ port, path: '/outbox.json', headers: { host: `evil.example:${port}` } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(404);
  });

  test('is not there unless it was asked for', async () => {
    const plain = await startTestPortal({ mail: outboxOnly });
    for (const path of ['/outbox', '/outbox.json', `/outbox/${crypto.randomUUID()}`])
      expect([path, (await fetch(`${plain.url}${path}`)).status]).toEqual([path, 404]);
    expect(await (await fetch(plain.url)).text()).not.toContain('outbox');
    await plain.close();
  });

  test('cannot be framed or scripted, and a mail in it neither', async () => {
    await linkFor(luis);
    const { mails } = (await (await fetch(`${portal.url}/outbox.json`)).json()) as {
      mails: { id: string; link: string }[];
    };
    expect(mails[0]?.link).toMatch(/#token=[\w-]{43}$/);
    const mail = await fetch(`${portal.url}/outbox/${mails[0]?.id}/html`);
    const policy = mail.headers.get('content-security-policy') ?? '';
    expect(policy).toContain('sandbox');
    expect(policy).toContain("frame-ancestors 'self'");
    expect(policy).not.toContain('script');
  });
});

test('scripts and styles are kept for ever under a name that changes with them', async () => {
  const page = await (await fetch(`${portal.url}/set-password`)).text();
  const addresses = [...page.matchAll(/(?:src|href)="(\.\/assets\/[^"]+)"/g)].map(
    ([, address]) => address ?? '',
  );
  expect(addresses).toHaveLength(2);
  for (const address of addresses) {
    const response = await fetch(new URL(address, portal.url));
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-type')).toMatch(/^text\/(css|javascript); charset=utf-8$/);
    const text = await response.text();
    expect(text).not.toContain(".ts'");
    for (const [, module] of text.matchAll(/from '\.\/([a-z-]+\.js)'/g))
      expect((await fetch(new URL(module ?? '', new URL(address, portal.url)))).status).toBe(200);
  }
});
