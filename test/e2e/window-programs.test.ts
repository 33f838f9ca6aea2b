import { expect, test } from 'vitest';
import type { Download } from '../../src/contract/client/state.ts';
import { releases } from '../fakes/client/programs.ts';
import { download } from '../fakes/client/scenarios/programs.ts';
import { problem } from '../fakes/client/states.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { expectFocus, tabTo } from './window/keyboard.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();
const [viga] = releases;

describeUnless(missing, 'programs', () => {
  const windows = useWindows();
  const open = (state: string) => windows.open(`programs/${state}`);

  function move(change: Partial<Download>): void {
    windows.last.core.update({ downloads: [download(0, change)] });
  }

  test('A16: download, pause, resume, verify and open with the keyboard alone', async () => {
    const { page, core } = await open('list');
    core.update({ client: { ...core.get().client, shell: 'electron' } });
    const { keyboard } = page;
    await tabTo(page, page.getByRole('button', { name: 'Descargar Viga 2026.1' }));
    await keyboard.press('Enter');
    const pause = page.getByRole('button', { name: 'Pausar la descarga de Viga 2026.1' });
    await expectFocus(pause);
    move({ received: 130_500_000, rate: 12_000_000 });
    const bar = page.getByRole('progressbar', { name: 'Descarga de Viga 2026.1' });
    await expect.poll(() => bar.getAttribute('aria-valuetext')).toBe('50%, 12 MB/s · tiempo restante: 11 s');
    await keyboard.press('Enter');
    await expectFocus(page.getByRole('button', { name: 'Reanudar la descarga de Viga 2026.1' }));
    await page.getByText('En pausa').waitFor();
    await keyboard.press('Enter');
    await expectFocus(pause);
    move({ state: 'verifying', received: viga?.size ?? 0 });
    await page.getByText('Comprobando el archivo y su firma…').waitFor();
    move({ state: 'ready', received: viga?.size ?? 0, path: '/home/lucia/Descargas/viga-2026.1.exe' });
    await page.getByText('el archivo llegó íntegro', { exact: false }).waitFor();
    await page.getByText('/home/lucia/Descargas/viga-2026.1.exe').waitFor();
    await tabTo(page, page.getByRole('button', { name: 'Abrir instalador de Viga 2026.1' }));
    await keyboard.press('Enter');
    await keyboard.press('Tab');
    await expectFocus(page.getByRole('button', { name: 'Mostrar en la carpeta Viga 2026.1' }));
    await keyboard.press('Enter');
    await expect.poll(() => core.callsTo('programs.showInFolder')).toEqual([{ releaseId: viga?.id }]);
    expect(core.callsTo('programs.open')).toEqual([{ releaseId: viga?.id }]);
  });

  test('a browser cannot open files: it says where the file is', async () => {
    const { page } = await open('ready-in-browser');
    await page.getByText('viga-2026.1.exe').waitFor();
    expect(await page.getByRole('button', { name: /Abrir instalador|Mostrar en la carpeta/ }).count()).toBe(
      0,
    );
  });

  test('a cancelled download leaves its place as it was, and the focus in it', async () => {
    const { page } = await open('list');
    const start = page.getByRole('button', { name: 'Descargar Viga 2026.1' });
    await tabTo(page, start);
    await page.keyboard.press('Enter');
    await expectFocus(page.getByRole('button', { name: /Pausar/ }));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expectFocus(start);
  });

  test.each([
    ['download-checksum', 'La descarga llegó dañada', ['Descargar otra vez Viga 2026.1']],
    ['download-changed', 'El archivo cambió en el portal', ['Descargar otra vez Viga 2026.1']],
    ['download-signature', 'La firma del instalador no es válida', []],
    ['disk-full', 'No queda espacio en el disco', ['Reanudar la descarga de Viga 2026.1']],
    ['portal-html', 'El portal respondió con una página', ['Reanudar la descarga de Viga 2026.1']],
    ['open-failed', 'El sistema no pudo abrirlo', ['Mostrar en la carpeta Viga 2026.1']],
  ] as const)('%s: its own text and its own next step', async (code, title, steps) => {
    const { page, core } = await open('list');
    core.update({ client: { ...core.get().client, shell: 'electron' } });
    move({ state: 'failed', problem: problem(code) });
    await page.getByText(title, { exact: false }).waitFor();
    const offered = page.getByRole('button', { name: /Viga 2026\.1$/ });
    await expect
      .poll(() => offered.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label'))))
      .toEqual([...steps, 'Descartar la descarga de Viga 2026.1']);
  });

  test('a lost connection is said while it keeps trying; the end is announced', async () => {
    const { page } = await open('list');
    move({ problem: problem('network-offline') });
    await page.getByText('No hay conexión con el portal. Se sigue intentando.').waitFor();
    move({ state: 'ready', received: viga?.size ?? 0, path: '/x' });
    await page
      .getByRole('status')
      .getByText('Viga 2026.1 se descargó y se comprobó.')
      .waitFor({ state: 'attached' });
  });

  test('other systems are folded, and open by themselves where this one has nothing', async () => {
    const { page } = await open('list');
    const linux = page.getByRole('button', { name: 'Descargar Viga 2026.1 (Linux)' });
    expect(await linux.isVisible()).toBe(false);
    await tabTo(page, page.locator('summary', { hasText: 'Para otros sistemas' }).nth(1));
    await page.keyboard.press('Enter');
    await linux.waitFor();
    await windows.last.end();
    const mac = await open('other-system');
    await mac.page.getByText('No hay versión para macOS.').first().waitFor();
    await mac.page.getByRole('button', { name: 'Descargar Viga 2026.1 (Linux)' }).waitFor();
  });

  test('cancelling the last download for another system leaves its part open, with the focus in it', async () => {
    const { page } = await open('list');
    const linux = page.getByRole('button', { name: 'Descargar Viga 2026.1 (Linux)' });
    await tabTo(page, page.locator('summary', { hasText: 'Para otros sistemas' }).nth(1));
    await page.keyboard.press('Enter');
    await linux.press('Enter');
    await expectFocus(page.getByRole('button', { name: /^Pausar/ }));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expectFocus(linux);
    expect(await linux.isVisible()).toBe(true);
  });

  test('what is on its way for another system comes into sight, and can be folded', async () => {
    const { page, core } = await open('list');
    const linux = page.getByRole('button', { name: 'Pausar la descarga de Viga 2026.1 (Linux)' });
    core.update({ downloads: [download(2, {})] });
    await linux.waitFor();
    await page.locator('summary', { hasText: 'Para otros sistemas' }).nth(1).click();
    await linux.waitFor({ state: 'hidden' });
    core.update({ downloads: [download(2, { received: 1_000_000, rate: 12_000_000 })] });
    await page.getByText('12 MB/s').waitFor({ state: 'attached' });
    expect(await linux.isVisible()).toBe(false);
  });

  test('a file that cannot be opened is said once, though the snapshot tells it as well', async () => {
    const { page, core } = await open('list');
    core.update({ client: { ...core.get().client, shell: 'electron' } });
    move({ state: 'ready', received: viga?.size ?? 0, path: '/x' });
    core.refuse('programs.open', 'open-failed');
    const refused = core.hold('programs.open');
    await page.getByRole('button', { name: 'Abrir instalador de Viga 2026.1' }).click();
    move({ state: 'failed', problem: problem('open-failed') });
    const said = page.getByText('El sistema no pudo abrirlo');
    await said.waitFor();
    refused();
    // Asked later on the same way, so that its answer comes after the refusal.
    await page.getByRole('button', { name: 'Descargar Zapata 2026.1' }).click();
    await page.getByRole('button', { name: 'Pausar la descarga de Zapata 2026.1' }).waitFor();
    expect(await said.count()).toBe(1);
  });

  test('without the list, what is on this device can still be resumed and opened', async () => {
    const { page, core } = await open('error-offline');
    await page.getByRole('button', { name: 'Abrir instalador de viga-2026.1.exe' }).waitFor();
    core.allow('programs.list');
    await page.getByRole('button', { name: 'Reintentar' }).click();
    await page.getByRole('button', { name: 'Abrir instalador de Viga 2026.1' }).waitFor();
  });
});
