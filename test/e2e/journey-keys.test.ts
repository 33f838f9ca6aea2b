import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Download, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/contract/errors.ts';
import { formatArmor, parseArmor, signDocument } from '../../src/domain/documents/index.ts';
import { formatLicenseKey, licenseKeyRandomBytes } from '../../src/domain/license-key.ts';
import { createCloudKey, createStandaloneKey } from '../../src/portal/services/keys.ts';
import { findBrowser } from '../support/browser.ts';
import { certify, createSigner, documentCrypto } from '../support/documents.ts';
import { describeUnless } from '../support/skip.ts';
import { focused, look, press, tabTo } from './support/browse.ts';
import type { Computer } from './support/computer.ts';
import { type Journey, startJourney } from './support/journey.ts';
import { chooseMode, enterPortal } from './support/steps.ts';
import { just, onPage, problem, say } from './support/texts.ts';

const { missing } = await findBrowser();

describeUnless(missing, 'without signing in', () => {
  let journey: Journey;
  let folder: string;
  const keys = { cloud: '', standalone: '', oneDevice: '' };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aldaba-carried-'));
    journey = await startJourney();
    const { portal } = journey;
    const { id: accountId } = await portal.company('Estructuras Cóndor', []);
    const poolIds = [await portal.addPool({ accountId, product: 'viga', kind: 'floating', total: 5 })];
    const made = await portal.services.database.asService(async (tx) => ({
      cloud: await createCloudKey(tx, { accountId, poolIds }, Date.now()),
      standalone: await createStandaloneKey(
        tx,
        { accountId, product: 'zapata', deviceLimit: 5, termDays: 365 },
        Date.now(),
      ),
      oneDevice: await createStandaloneKey(tx, { accountId, product: 'zapata', deviceLimit: 1 }, Date.now()),
    }));
    keys.cloud = made.cloud.key;
    keys.standalone = made.standalone.key;
    keys.oneDevice = made.oneDevice.key;
  });
  afterEach(() => journey.wellBehaved(...Object.values(keys)));
  afterAll(async () => {
    await journey.close();
    await rm(folder, { recursive: true, force: true });
  });

  const keyField = (page: Page) => page.getByRole('textbox', { name: say('setup.key.label') });

  /** Presses a button that opens the file dialog of the browser, and picks the file there. */
  async function pick(page: Page, button: RegExp, path: string): Promise<void> {
    const dialog = page.waitForEvent('filechooser');
    await press(page, page.getByRole('button', { name: button }));
    await (await dialog).setFiles(path);
  }

  async function keep(download: Download): Promise<string> {
    const path = join(folder, `${randomBytes(4).toString('hex')}-${download.suggestedFilename()}`);
    await download.saveAs(path);
    return path;
  }

  async function chooseWay(page: Page, way: 'online' | 'offline'): Promise<void> {
    await page.getByRole('heading', { level: 1, name: say('standalone.heading') }).waitFor();
    const choice = page.getByRole('radio', { name: just(`standalone.${way}.tab`) });
    const other = way === 'online' ? 'offline' : 'online';
    if (!(await choice.isChecked())) {
      await tabTo(page, page.getByRole('radio', { name: just(`standalone.${other}.tab`) }));
      await page.keyboard.press(way === 'online' ? 'ArrowLeft' : 'ArrowRight');
    }
    expect(await choice.isChecked()).toBe(true);
  }

  /** The way of a machine without network: a request leaves, is carried to the portal's page, and a license comes back. */
  async function askForFile(computer: Computer, page: Page, key = keys.standalone): Promise<string> {
    await chooseMode(page, 'standalone');
    await chooseWay(page, 'offline');
    await look(page);
    await tabTo(page, keyField(page));
    await page.keyboard.type(key);
    const saved = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    const request = await keep(await saved);
    await page.getByText(say('standalone.request.done')).waitFor();

    await journey.wire.mend();
    const portalPage = await carry(computer, request, onPage('offline.send'), onPage('offline.doneTitle'));
    const answered = portalPage.waitForEvent('download');
    await press(portalPage, portalPage.getByRole('link', { name: onPage('offline.download') }));
    const file = await keep(await answered);
    await portalPage.close();
    return file;
  }

  /** Takes a file to the portal's page, as somebody with a network does. @returns the page, answered */
  async function carry(computer: Computer, file: string, send: RegExp, done: RegExp): Promise<Page> {
    const page = await computer.tab(`${journey.wire.url}/offline`);
    await look(page);
    await pick(page, onPage('offline.pick'), file);
    await page.getByText(onPage('offline.chosen')).waitFor();
    await press(page, page.getByRole('button', { name: send }));
    await page.getByRole('heading', { level: 1, name: done }).waitFor();
    await look(page);
    return page;
  }

  test('A19: a cloud key typed once: a wrong one is named, the right one lets programs run', async () => {
    const computer = await journey.computer();
    const page = await computer.open();
    await chooseMode(page, 'cloud-key');
    await enterPortal(page, journey.wire.url);
    await focused(keyField(page));
    await look(page);
    await page.keyboard.type(`${keys.cloud.slice(0, -1)}${keys.cloud.endsWith('2') ? '3' : '2'}`);
    await page.keyboard.press('Enter');
    await page.getByText(say('setup.key.slip')).waitFor();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(formatLicenseKey(randomBytes(licenseKeyRandomBytes)));
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText(problem('key-invalid')).waitFor();
    await look(page);
    await tabTo(page, keyField(page));
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(keys.cloud);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: say('shell.pages') }).waitFor();
    const program = computer.run('typescript', 'viga', ['--no-question']);
    expect(await program.line('license')).toMatchObject({ permit: 'full', verified: true, kind: 'lease' });
    await page.getByRole('article', { name: 'Viga' }).getByText(just('license.state.active')).waitFor();
    await look(page);
    expect(await journey.signIns()).toBe(0);
  });

  test('A19: a standalone license activated by key, and no network needed afterwards', async () => {
    const computer = await journey.computer();
    const page = await computer.open();
    await chooseMode(page, 'standalone');
    await chooseWay(page, 'online');
    await look(page);
    await tabTo(page, page.getByRole('textbox', { name: say('setup.portal.label') }));
    await page.keyboard.type(journey.wire.url);
    await page.keyboard.press('Enter');
    await tabTo(page, keyField(page));
    await look(page);
    await page.keyboard.type(keys.standalone);
    await page.keyboard.press('Enter');
    await page.getByRole('article', { name: 'Zapata' }).getByText(just('license.state.active')).waitFor();
    await page.getByText(just('connection.not-needed')).waitFor();
    await look(page);
    await journey.wire.cut();
    const program = computer.run('typescript', 'zapata', ['--no-question']);
    expect(await program.line('license')).toMatchObject({ permit: 'full', verified: true, kind: 'license' });
    await journey.wire.mend();
  });

  test('A19: without any network: request file, the portal’s page on another computer, license file; other files say what they are', async () => {
    await journey.wire.cut();
    const computer = await journey.computer('CONDOR-SIN-RED');
    const page = await computer.open();
    const file = await askForFile(computer, page);
    const stranger = await journey.computer('CONDOR-OTRO');
    const foreign = await askForFile(stranger, await stranger.open());
    await journey.wire.cut();

    const text = await readFile(file, 'utf8');
    const opened = parseArmor(text);
    if (!opened.ok) throw new Error(opened.detail);
    const { claims } = journey.portal.verified(opened.value.jws);
    const now = Math.floor(Date.now() / 1000);
    const day = 86_400;
    const past = { ...claims, exp: now - 35 * day };
    const expired = journey.portal.services.keys.signing.sign('license', past as never, Date.now());
    const [root, signer] = [createSigner(), createSigner()];
    const times = { iat: now - day, nbf: now - day, exp: now + 300 * day };
    const forged = await signDocument({
      kind: 'license',
      claims: claims as never,
      signer,
      chain: [await certify(root, signer, times)],
      crypto: documentCrypto,
    });
    const armored = (jws: string) => formatArmor({ kind: 'license', jws, headers: [] });
    const wrong: Partial<Record<ErrorCode, string>> = {
      'file-wrong-device': await readFile(foreign, 'utf8'),
      'file-expired': armored(expired),
      'file-foreign-key': armored(forged),
      'file-truncated': text.slice(0, Math.floor(text.length / 2)),
      'file-format': 'una lista de la compra',
    };
    for (const [code, content] of Object.entries(wrong)) {
      const path = join(folder, `${code}.aldaba-license`);
      await writeFile(path, content);
      await pick(page, just('common.chooseFile'), path);
      await page
        .getByRole('alert')
        .getByText(problem(code as ErrorCode))
        .waitFor();
    }
    await look(page);
    await pick(page, just('common.chooseFile'), file);
    await page.getByRole('article', { name: 'Zapata' }).getByText(just('license.state.active')).waitFor();
    await look(page);
    const program = computer.run('typescript', 'zapata', ['--no-question']);
    expect(await program.line('license')).toMatchObject({ permit: 'full', verified: true, kind: 'license' });
    await journey.wire.mend();
  });

  test('A19: given back without network: the receipt, carried to the portal’s page, makes room for another computer', async () => {
    await journey.wire.cut();
    const old = await journey.computer('CONDOR-VIEJO');
    const page = await old.open();
    const file = await askForFile(old, page, keys.oneDevice);
    await journey.wire.cut();
    await pick(page, just('common.chooseFile'), file);
    await page.getByRole('article', { name: 'Zapata' }).getByText(just('license.state.active')).waitFor();
    const { told, fileName, content } = await old.call.licenses.giveBack({ product: 'zapata' });
    expect(told).toBe(false);
    const receipt = join(folder, fileName ?? '');
    await writeFile(receipt, content ?? '');
    // With a network it would tell the portal itself.
    await old.switchOff();
    await journey.wire.mend();

    const fresh = await journey.computer('CONDOR-NUEVO');
    await fresh.call.setup.chooseMode({ mode: 'standalone' });
    await fresh.call.setup.setPortal({ address: journey.wire.url });
    await expect(fresh.call.setup.activate({ key: keys.oneDevice })).rejects.toMatchObject({
      code: 'key-exhausted',
    });
    await carry(fresh, receipt, onPage('offline.sendReceipt'), onPage('offline.returnedTitle'));
    await fresh.call.setup.activate({ key: keys.oneDevice });
    expect(fresh.core.state.get()).toMatchObject({ licenses: [{ product: 'zapata', permit: 'full' }] });
  });
});
