import { expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { createFakeCore } from '../fakes/client/fake-core.ts';
import { builtWindow } from '../fakes/client/open-scenario.ts';
import { present, signedInState } from '../fakes/client/states.ts';
import { createMemoryLog } from '../fakes/log.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { rowAt, rows } from './window/contact-rows.ts';
import { expectFocus, focused, showsFocus, tabTo } from './window/focus.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();

describeUnless(missing, 'the shell', () => {
  const windows = useWindows();
  const { open } = windows;

  test('A16: pages that the role cannot use are not there, also not by their address', async () => {
    const { page } = await open('license/engineer');
    expect(await page.getByRole('navigation').getByRole('link').allTextContents()).toEqual([
      'Licencias',
      'Programas',
      'Configuración',
    ]);
    await page.evaluate(() => {
      location.hash = '#/people';
    });
    await page.getByRole('heading', { level: 1, name: 'Licencias' }).waitFor();
  });

  test('what is wrong with the keychain is one line above the table, which keeps five rows; it opens by keyboard', async () => {
    const { page } = await windows.open('people/keychain-unavailable', {
      size: { width: 1024, height: 640 },
    });
    await rowAt(page, 0).waitFor();
    const notices = page.getByRole('status', { name: 'Avisos' });
    await notices.getByText('Este equipo no tiene llavero').waitFor();
    const whole = () =>
      rows(page).evaluateAll((all) => {
        const body = all[0]?.closest('[role=rowgroup]')?.getBoundingClientRect();
        return all.filter(
          (row) => row.getBoundingClientRect().bottom <= Math.min(body?.bottom ?? 0, innerHeight),
        ).length;
      });
    expect(await whole()).toBeGreaterThanOrEqual(5);
    const means = notices.getByText('se guardan solo en memoria', { exact: false });
    expect(await means.isVisible()).toBe(false);
    await tabTo(page, /^Este equipo no tiene llavero$/);
    await page.keyboard.press('Enter');
    await means.waitFor();
    await tabTo(page, /^Guardar en un archivo…$/);
    // Where the window begins it is said at length.
    await page.getByRole('link', { name: 'Licencias' }).click();
    await page.getByRole('heading', { level: 1, name: 'Licencias' }).waitFor();
    await means.waitFor();
    expect(await notices.locator('details').count()).toBe(0);
  });

  test('without a connection the portal is asked again when the network comes back, and by a window that is looked at', async () => {
    const { page, core } = await open('license/offline');
    const checks = () => core.callsTo('connection.check').length;
    const show = (state: DocumentVisibilityState) =>
      page.evaluate((shown) => {
        Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => shown });
        document.dispatchEvent(new Event('visibilitychange'));
        window.dispatchEvent(new Event('online'));
      }, state);
    // The window's own time passes as the test says: how many times it looked does not depend on how long the steps here take.
    await page.clock.pauseAt(present);
    await show('hidden');
    await page.clock.runFor(20_000);
    // Calls of a window come in their order: this one tells that none was before it.
    await page.getByRole('button', { name: 'Renovar ahora' }).click();
    await expect.poll(() => core.callsTo('licenses.renew').length).toBe(1);
    expect(checks()).toBe(0);
    await show('visible');
    await expect.poll(checks).toBe(2);
    await page.clock.runFor(10_000);
    await expect.poll(checks).toBe(3);
    core.update({ connection: { state: 'online', since: null, problem: null } });
    await page.getByText('En línea con el portal').waitFor();
    await show('visible');
    await page.clock.runFor(20_000);
    await page.getByRole('button', { name: 'Renovar ahora' }).click();
    await expect.poll(() => core.callsTo('licenses.renew').length).toBe(2);
    expect(checks()).toBe(3);
  });

  test('keyboard alone: skip link first, pages in order, a new page takes the focus, and the focus always shows', async () => {
    const { page } = await open('license/active');
    await page.keyboard.press('Tab');
    await expectFocus(page, 'Saltar al contenido');
    expect(await showsFocus(page)).toBe(true);
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    await page.keyboard.press('Shift+Tab');
    await tabTo(page, /^Renovar ahora$/);

    await page.getByRole('link', { name: 'Licencias' }).focus();
    for (const name of ['Programas', 'Personas', 'Configuración']) {
      await page.keyboard.press('Tab');
      await expectFocus(page, name);
      expect(await showsFocus(page)).toBe(true);
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Configuración' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    expect(await page.title()).toBe('Configuración – Aldaba');
    expect(await page.getByRole('link', { name: 'Configuración' }).getAttribute('aria-current')).toBe('page');
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Licencias' }).waitFor();
  });

  test.each(['license/active', 'settings/signed-in'])(
    'every stop of Tab on %s shows where it is',
    async (name) => {
      const { page } = await open(name);
      const unseen: string[] = [];
      let stops = 0;
      for (; stops < 30; stops += 1) {
        await page.keyboard.press('Tab');
        const now = await focused(page);
        if (now === 'nothing') break;
        if (!(await showsFocus(page))) unseen.push(now);
      }
      expect(unseen).toEqual([]);
      expect(stops).toBeGreaterThan(5);
    },
  );

  test('entering another company takes its time in sight, and no second choice runs beside it', async () => {
    const { page, core } = await open('license/companies');
    const release = core.hold('session.switchAccount');
    const button = page.getByRole('button', { name: 'Cuenta y empresas' });
    await button.click();
    await page.getByRole('menuitem', { name: 'Puentes y Viaductos Andes' }).click();
    await button.getByText('Entrando en Puentes y Viaductos Andes…').waitFor();
    await button.click();
    expect(await page.getByRole('menuitem', { name: 'Puentes y Viaductos Andes' }).isDisabled()).toBe(true);
    release();
    await page.getByRole('status').filter({ hasText: 'Ha entrado en Puentes y Viaductos Andes.' }).waitFor();
    expect(core.callsTo('session.switchAccount')).toHaveLength(1);
  });

  test('the core goes away: it is said, what was there stays, and it is found again by itself', async () => {
    const core = createFakeCore({ state: signedInState });
    const start = (port: number) =>
      createHost({
        client: core.router,
        page: builtWindow,
        port,
        refusalWords: () => ({ language: 'es', title: 'No link', means: '', next: '' }),
        used: () => {},
        log: createMemoryLog(),
      });
    const host = await start(0);
    const context = await windows.browser.newContext();
    const page = await context.newPage();
    await page.goto(host.createLink());
    await page.getByRole('article', { name: 'Viga' }).waitFor();

    await host.close();
    const lost = page
      .getByRole('alert')
      .filter({ hasText: 'Se perdió el contacto con el servicio de Aldaba' });
    await lost.waitFor();
    await page.getByRole('article', { name: 'Viga' }).waitFor();
    await page.getByRole('button', { name: 'Renovar ahora' }).click();
    await page.getByRole('alert').filter({ hasText: 'El servicio de Aldaba no respondió' }).waitFor();

    // The same program again: it knows nothing of the old launch, so this page needs a new link.
    const again = await start(Number(new URL(host.origin).port));
    await page.getByRole('alert').filter({ hasText: 'Esta página ya no tiene acceso' }).waitFor();
    await context.newPage().then((other) => other.goto(again.createLink()));
    await lost.waitFor({ state: 'detached' });
    await page.getByText('Esta página ya no tiene acceso').waitFor({ state: 'detached' });
    core.update({ licenses: [] });
    await page.getByText('Todavía no hay licencias en este equipo').waitFor();
    await context.close();
    await again.close();
  });

  test('a part that cannot be loaded says so in its place, and the rest of the window goes on', async () => {
    const { page } = await open('license/active');
    await page.route('**/assets/settings-page-*.js', (route) => route.abort());
    await page.getByRole('link', { name: 'Configuración' }).click();
    await page.getByRole('alert').filter({ hasText: 'Algo falló dentro de Aldaba' }).waitFor();
    await page.getByRole('button', { name: 'Volver a cargar' }).waitFor();
    await page.getByRole('link', { name: 'Licencias' }).click();
    await page.getByRole('article', { name: 'Viga' }).waitFor();
  });

  test('the content policy needs no exception: no style element, no style attribute in the page as written, no inline script', async () => {
    const { page, origin, complaints } = await open('license/sign-out');
    await page.getByRole('button', { name: 'Cuenta y empresas' }).click();
    await page.getByRole('menuitem', { name: 'Cerrar sesión' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await page.locator('style').count()).toBe(0);
    const html = await (await page.request.get(origin)).text();
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)/);
    expect(complaints).toEqual([]);
  });

  test.each(['setup/mode', 'license/active', 'settings/signed-in'])(
    'nothing moves on %s once it is there',
    async (name) => {
      const { page } = await open(name, { reducedMotion: 'no-preference' });
      const shift = await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            let total = 0;
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries()) total += (entry as unknown as { value: number }).value;
            }).observe({ type: 'layout-shift', buffered: true });
            requestAnimationFrame(() => setTimeout(() => resolve(total), 300));
          }),
      );
      // Below 0.1 is good by the measure's own scale (web.dev, Cumulative Layout Shift).
      expect(shift).toBeLessThan(0.02);
    },
  );

  test.each([
    ['subtle', 'no-preference', 300],
    ['none for who asks for none', 'reduce', 1],
  ] as const)('motion is %s', async (_, reducedMotion, longest) => {
    const { page } = await open('license/active', { reducedMotion });
    await page.evaluate(() => {
      const durations: number[] = [];
      Object.assign(globalThis, { durations });
      for (const begins of ['transitionrun', 'animationstart'])
        document.addEventListener(begins, () => {
          for (const { effect } of document.getAnimations()) {
            const { duration, iterations } = effect?.getComputedTiming() ?? {};
            // What turns while something is under way is no movement from one place to another.
            if (iterations !== Number.POSITIVE_INFINITY) durations.push(Number(duration ?? 0));
          }
        });
    });
    await page.getByRole('button', { name: 'Renovar ahora' }).click();
    await page.getByText('Las licencias están al día.').waitFor();
    await page.getByRole('button', { name: 'Liberar' }).click();
    await page.getByRole('dialog').waitFor();
    const durations = await page.evaluate(() => (globalThis as unknown as { durations: number[] }).durations);
    if (reducedMotion === 'no-preference') expect(durations.length).toBeGreaterThan(0);
    expect(Math.max(0, ...durations)).toBeLessThanOrEqual(longest);
  });
});
