import { request } from 'node:http';
import type { Route } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { outboxOnly } from '../../src/portal/mail/transport.ts';
import { hours, startTestPortal, testPassword } from '../portal/support.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { luis, nueva, portalPages } from './support/portal-pages.ts';

const { missing } = await findBrowser();
const pages = portalPages(missing);
const goOn = (route: Route) => route.continue();

describeUnless(missing, 'in a browser', () => {
  test('A14: a first password by the mailed link, by keyboard alone', async () => {
    const link = await pages.linkFor(nueva);
    await pages.open(link);
    await pages.heading().filter({ hasText: 'Cree su contraseña' }).waitFor();
    expect(await pages.page.locator('.who').textContent()).toMatch(
      /Nadia Huamán[\s\S]*nueva@condor\.example[\s\S]*Estructuras Cóndor/,
    );
    // The field has the focus; what is missing is said in words as well as by the bar.
    await pages.page.keyboard.type('tres gaviotas');
    expect(await pages.page.getByRole('status').last().textContent()).toBe('13 de 15 caracteres como mínimo');
    await pages.page.keyboard.press('Enter');
    await pages.alert('demasiado corta');
    // The list says which rule it was, in words: the others cannot be judged yet.
    expect(await pages.rules()).toEqual([
      'No se cumple: Al menos 15 caracteres, los que quiera',
      expect.stringMatching(/^Pendiente: /),
      expect.stringMatching(/^Pendiente: /),
    ]);
    await pages.page.keyboard.type(' cruzan el muelle');
    expect(await pages.page.getByRole('alert').count()).toBe(0);
    // Tab: show it, look, hide it.
    await pages.page.keyboard.press('Tab');
    expect(await pages.page.evaluate(() => document.activeElement?.textContent)).toBe('Mostrar');
    await pages.page.keyboard.press('Enter');
    expect(await pages.page.locator('#password').getAttribute('type')).toBe('text');
    await pages.page.keyboard.press('Enter');
    await pages.page.keyboard.press('Enter');
    await pages.heading().filter({ hasText: 'Contraseña guardada' }).waitFor();
    expect(await pages.view('done').textContent()).toContain('Vuelva a la ventana de Aldaba');
    expect(new URL(pages.page.url()).hash).toBe('');
    await pages.portal.signIn(nueva, testPassword);
    expect(pages.complaints).toEqual([]);
    // The token is in no address that was asked for.
    expect(pages.requested.filter((address) => address.includes(link.split('#token=')[1] ?? ''))).toEqual([]);
  });

  test('the rules are judged in the page, with what is known of the person', async () => {
    await pages.open(await pages.linkFor(luis));
    await pages.heading().filter({ hasText: 'Cree una contraseña nueva' }).waitFor();
    const rule = (name: string) => pages.page.locator(`#rule-${name}`).getAttribute('data-state');
    await pages.page.fill('#password', 'contraseña123456789');
    expect([await rule('length'), await rule('common'), await rule('contextual')]).toEqual([
      'met',
      'broken',
      'met',
    ]);
    await pages.page.fill('#password', 'Mamani-Luis-Condor-1');
    expect([await rule('common'), await rule('contextual')]).toEqual(['met', 'broken']);
    await pages.page.click('#save');
    await pages.alert('se parece a sus datos');
    await pages.page.fill('#password', 'x'.repeat(129));
    expect(await rule('length')).toBe('broken');
    expect(pages.complaints).toEqual([]);
  });

  test('a leaked password, which the portal alone knows, is refused by its rule, until another is typed', async () => {
    await pages.open(await pages.linkFor(luis));
    await pages.page.fill('#password', 'World of Warcraft');
    await pages.page.click('#save');
    await pages.alert('contraseñas filtradas');
    expect(await pages.rules()).toEqual([
      expect.stringMatching(/^Cumplido: /),
      expect.stringMatching(/^No se cumple: .* una contraseña filtrada$/),
      expect.stringMatching(/^Cumplido: /),
    ]);
    await pages.page.fill('#password', 'otra frase que nadie conoce');
    expect(await pages.rules()).toEqual(Array(3).fill(expect.stringMatching(/^Cumplido: /)));
  });

  test('a link that expired offers another one; A5: the answer says to look in the spam folder', async () => {
    const link = await pages.linkFor(luis);
    pages.portal.clock.advance(hours);
    await pages.open(link);
    await pages.heading().filter({ hasText: 'Reciba un enlace por correo' }).waitFor();
    await pages.alert('El enlace caducó');
    await pages.page.fill('#email', 'luis');
    await pages.page.click('#ask');
    await pages.alert('Esa dirección no está completa');
    await pages.page.fill('#email', luis);
    const before = pages.portal.mails.length;
    await pages.page.click('#ask');
    await pages.heading().filter({ hasText: 'Revise su correo' }).waitFor();
    expect(await pages.view('sent').textContent()).toContain('correo no deseado (spam)');
    await expect.poll(() => pages.portal.mails.length, { interval: 10 }).toBe(before + 1);
    expect(pages.complaints).toEqual([]);
  });

  test('a link that broke while the page was open is refused when saving, with a way on', async () => {
    const link = await pages.linkFor(luis);
    await pages.open(link);
    await pages.heading().filter({ hasText: 'Cree una contraseña nueva' }).waitFor();
    await pages.portal
      .client()
      .passwords.set({ token: link.split('#token=')[1] ?? '', password: testPassword });
    await pages.page.fill('#password', 'otra frase que nadie conoce');
    await pages.page.click('#save');
    await pages.heading().filter({ hasText: 'Reciba un enlace por correo' }).waitFor();
    await pages.alert('El enlace no sirve');
  });

  test('the portal gone says so and keeps what was typed', async () => {
    await pages.open(await pages.linkFor(luis));
    await pages.heading().filter({ hasText: 'Cree una contraseña nueva' }).waitFor();
    await pages.page.fill('#password', 'otra frase que nadie conoce');
    await pages.page.context().setOffline(true);
    await pages.page.click('#save');
    await pages.page.getByRole('alert').waitFor();
    expect(await pages.page.locator('#password').inputValue()).toBe('otra frase que nadie conoce');
  });

  test('a link that could not be looked up says why, promises nothing, and is looked up again when asked', async () => {
    const internal = '{"code":"internal","data":{"requestId":"0193-peticion"}}';
    const answers: ((route: Route) => Promise<void>)[] = [
      (route) => route.abort(),
      (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }),
      (route) => route.fulfill({ status: 500, contentType: 'application/json', body: internal }),
    ];
    const again = () => pages.page.getByRole('button', { name: 'Reintentar' });
    const link = await pages.linkFor(luis);
    await pages.open(pages.portal.url);
    await pages.page.route('**/v1/passwords/links/read', (route) => (answers.shift() ?? goOn)(route));
    await pages.page.goto(link);
    await pages.alert('No se pudo llegar al portal');
    expect(await pages.view('reading').textContent()).not.toContain('Aldaba');
    expect(await pages.violations()).toEqual([]);
    await expect.poll(() => again().evaluate((button) => button === document.activeElement)).toBe(true);
    await pages.page.keyboard.press('Enter');
    await pages.alert('El portal no puede atender ahora');
    await again().click();
    await pages.alert('Código de referencia: 0193-peticion.');
    await again().click();
    await pages.heading().filter({ hasText: 'Cree una contraseña nueva' }).waitFor();
  });

  test('another language keeps the link', async () => {
    await pages.open(await pages.linkFor(luis));
    await pages.page.getByRole('link', { name: 'English' }).click();
    await pages.heading().filter({ hasText: 'Create a new password' }).waitFor();
    expect(await pages.page.locator('html').getAttribute('lang')).toBe('en');
    await pages.page.getByRole('link', { name: 'Português' }).click();
    await pages.heading().filter({ hasText: 'Crie uma senha nova' }).waitFor();
  });

  test('the outbox shows each mail and leads to its link', async () => {
    await pages.linkFor(luis);
    await pages.open(`${pages.portal.url}/outbox`);
    await pages.page
      .getByRole('link', { name: /Cambie su contraseña de Aldaba/ })
      .first()
      .click();
    const frame = pages.page.frameLocator('iframe');
    await frame.getByRole('heading', { name: 'Cree una contraseña nueva' }).waitFor();
    await pages.page.getByRole('link', { name: 'Abrir el enlace del correo' }).click();
    await pages.heading().filter({ hasText: 'Cree una contraseña nueva' }).waitFor();
    expect(pages.complaints).toEqual([]);
  });

  describe('has nothing that keeps anybody out', () => {
    const steps: Record<string, () => Promise<void>> = {
      '/': async () => undefined,
      '/reference': async () => undefined,
      '/outbox': async () => undefined,
      '/offline': async () => {
        await pages.page.click('#send');
        await pages.page.getByRole('alert').waitFor();
      },
      '/nothing': async () => undefined,
      '/set-password': async () => {
        await pages.page.getByLabel('Correo registrado').waitFor();
      },
    };
    for (const scheme of ['light', 'dark'] as const) {
      test.each(Object.keys(steps))(`${scheme}: %s`, async (path) => {
        await pages.open(`${pages.portal.url}${path}`, { colorScheme: scheme });
        await steps[path]?.();
        expect(await pages.violations()).toEqual([]);
      });

      test(`${scheme}: the password form, empty, refused and done`, async () => {
        await pages.open(await pages.linkFor(luis), { colorScheme: scheme });
        await pages.page.locator('#password').waitFor();
        expect(await pages.violations()).toEqual([]);
        await pages.page.fill('#password', 'contraseña123456789');
        await pages.page.click('#save');
        expect(await pages.violations()).toEqual([]);
        await pages.page.fill('#password', testPassword);
        await pages.page.click('#save');
        await pages.heading().filter({ hasText: 'Contraseña guardada' }).waitFor();
        expect(await pages.violations()).toEqual([]);
      });
    }
  });

  test('nothing is wider than a telephone', async () => {
    for (const path of ['/', '/set-password', '/offline', '/outbox', '/reference']) {
      await pages.open(`${pages.portal.url}${path}`, { viewport: { width: 360, height: 740 } });
      const width = await pages.page.evaluate(() => document.documentElement.scrollWidth);
      expect([path, width]).toEqual([path, 360]);
      if (path !== '/reference') await pages.close();
    }
  });
});

describe('the outbox', () => {
  test('is read on this machine under its own name, by nobody else', async () => {
    const own = await fetch(`${pages.portal.url}/outbox.json`);
    expect(own.status).toBe(200);
    const { port } = new URL(pages.portal.url);
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
    await pages.linkFor(luis);
    const { mails } = (await (await fetch(`${pages.portal.url}/outbox.json`)).json()) as {
      mails: { id: string; link: string }[];
    };
    expect(mails[0]?.link).toMatch(/#token=[\w-]{43}$/);
    const mail = await fetch(`${pages.portal.url}/outbox/${mails[0]?.id}/html`);
    const policy = mail.headers.get('content-security-policy') ?? '';
    expect(policy).toContain('sandbox');
    expect(policy).toContain("frame-ancestors 'self'");
    expect(policy).not.toContain('script');
  });
});

test('scripts and styles are kept for ever under a name that changes with them', async () => {
  const page = await (await fetch(`${pages.portal.url}/set-password`)).text();
  const addresses = [...page.matchAll(/(?:src|href)="(\.\/assets\/[^"]+)"/g)].map(
    ([, address]) => address ?? '',
  );
  expect(addresses).toHaveLength(2);
  for (const address of addresses) {
    const response = await fetch(new URL(address, pages.portal.url));
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-type')).toMatch(/^text\/(css|javascript); charset=utf-8$/);
    const text = await response.text();
    expect(text).not.toContain(".ts'");
    for (const [, module] of text.matchAll(/from '\.\/([a-z-]+\.js)'/g))
      expect((await fetch(new URL(module ?? '', new URL(address, pages.portal.url)))).status).toBe(200);
  }
});
