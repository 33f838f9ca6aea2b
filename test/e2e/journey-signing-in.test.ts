import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { testPassword } from '../portal/support.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { focused, look, patience, press, tabTo } from './support/browse.ts';
import { type Journey, startJourney } from './support/journey.ts';
import { linkIn } from './support/mail-server.ts';
import { chooseMode, enterPortal, goTo, setPassword, setUpAndSignIn, signIn } from './support/steps.ts';
import { inMail, just, onPage, problem, say } from './support/texts.ts';

const { missing } = await findBrowser();
const newPassword = 'cuatro garzas duermen junto al canal';
const condor = 'Estructuras Cóndor';
const andes = 'Puentes Andes';

describeUnless(missing, 'signing in', () => {
  let journey: Journey;
  const companies: Record<string, string> = {};
  beforeAll(async () => {
    journey = await startJourney();
    const both = {
      email: 'carla@condor.example',
      role: 'license-installer',
      password: testPassword,
    } as const;
    const people = [
      both,
      { email: 'nueva@condor.example', role: 'license-installer', firstName: 'Nadia' },
      { email: 'tomas@condor.example', role: 'license-installer', password: testPassword },
    ] as const;
    const company = await journey.portal.company(condor, people);
    companies[condor] = company.id;
    companies[andes] = (await journey.portal.company(andes, [both])).id;
    for (const accountId of Object.values(companies))
      await journey.portal.addPool({ accountId, product: 'viga', kind: 'floating', total: 5 });
    const named = { accountId: company.id, product: 'portico', kind: 'named', total: 1 } as const;
    await journey.portal.assignSeat(company, await journey.portal.addPool(named), 'tomas@condor.example');
  });
  afterEach(() => journey.wellBehaved(newPassword));
  afterAll(() => journey.close());

  test('A3, A4, A5, A14, A18: a registered contact without password asks for a link, sets one by mail, and signs in with it', async () => {
    const email = 'nueva@condor.example';
    const computer = await journey.computer();
    const page = await computer.open();
    await chooseMode(page, 'cloud-signin');
    await enterPortal(page, journey.wire.url);

    await press(page, page.getByRole('button', { name: say('signIn.forgot') }));
    await focused(page.getByRole('textbox', { name: say('signIn.link.email') }));
    await look(page);
    await page.keyboard.type(email);
    await page.keyboard.press('Enter');
    await focused(page.getByRole('heading', { level: 1, name: say('signIn.sent.heading') }));
    await page.getByText(say('signIn.sent.text', { email })).waitFor();
    await page.getByText(say('signIn.sent.spam')).waitFor();
    await look(page);

    const mail = await journey.mails.next(email);
    expect(mail.subject).toMatch(inMail('activate.subject'));
    const link = linkIn(mail);
    const portalPage = await computer.tab(link);
    await setPassword(portalPage, newPassword);

    await press(page, page.getByRole('button', { name: just('signIn.sent.back') }));
    await signIn(page, email, 'una contraseña que no es la suya');
    await page.getByRole('alert').getByText(problem('invalid-credentials')).waitFor();
    await focused(page.getByLabel(just('signIn.password')));
    await look(page);
    await signIn(page, email, newPassword);
    await page
      .getByRole('button', { name: say('account.menu') })
      .getByText(condor)
      .waitFor();

    // The portal answers the spent link with a 4xx, which the browser writes down.
    computer.browser.expect(/the server responded with a status of 4\d\d/);
    const again = await computer.tab(link);
    await again.getByRole('alert').getByText(problem('link-invalid')).waitFor();
    await again.getByRole('heading', { level: 1, name: onPage('setPassword.requestTitle') }).waitFor();
    expect(await again.getByLabel(onPage('setPassword.label'), { exact: true }).isVisible()).toBe(false);
    await look(again);
  });

  test('C10: a person of two companies chooses one when signing in, and enters the other later without signing in again', async () => {
    const computer = await journey.computer();
    const page = await computer.open();
    const before = await journey.signIns();
    await chooseMode(page, 'cloud-signin');
    await enterPortal(page, journey.wire.url);
    await signIn(page, 'carla@condor.example', testPassword);
    await page.getByRole('heading', { level: 1, name: say('signIn.account.heading') }).waitFor();
    await look(page);
    const choice = page.getByRole('radio', { name: andes });
    await focused(page.getByRole('radio').first());
    if (!(await choice.isChecked())) await page.keyboard.press('ArrowDown');
    expect(await choice.isChecked()).toBe(true);
    await page.keyboard.press('Enter');
    const account = page.getByRole('button', { name: say('account.menu') });
    await account.getByText(andes).waitFor();

    const program = computer.run('typescript', 'viga', ['--no-question']);
    expect(await program.line('license')).toMatchObject({ permit: 'full', verified: true });
    expect(await journey.portal.running(companies[andes] ?? '')).toBe(1);

    await press(page, account);
    await page.getByRole('menuitem', { name: condor }).waitFor();
    await look(page);
    await focused(page.getByRole('menuitem').first());
    for (let step = 0; step < 3; step++) {
      const item = page.getByRole('menuitem', { name: condor });
      if (await item.evaluate((element) => element === document.activeElement)) break;
      await page.keyboard.press('ArrowDown');
    }
    await page.keyboard.press('Enter');
    await account.getByText(condor).waitFor();
    await page.getByText(say('account.entered', { company: condor })).waitFor();
    const next = computer.run('typescript', 'viga', ['--no-question']);
    expect(await next.line('license')).toMatchObject({ permit: 'full', verified: true });
    await expect.poll(() => journey.portal.running(companies[condor] ?? ''), { timeout: patience }).toBe(1);
    await expect.poll(() => journey.portal.running(companies[andes] ?? ''), { timeout: patience }).toBe(0);
    expect(await journey.signIns()).toBe(before + 1);
    expect(computer.windows).toEqual([]);
  });

  test('A17: two tabs are one client; started again, with and without the portal, it never asks again', async () => {
    const computer = await journey.computer();
    const before = await journey.signIns();
    const page = await computer.open();
    const other = await computer.tab(computer.origin);
    await other.getByRole('heading', { level: 1, name: say('setup.mode.heading') }).waitFor();
    await setUpAndSignIn(page, {
      portal: journey.wire.url,
      email: 'tomas@condor.example',
      password: testPassword,
    });
    await other.getByRole('navigation', { name: say('shell.pages') }).waitFor();
    await goTo(other, 'settings');
    await look(other);
    await tabTo(other, other.getByRole('radio', { name: just('settings.theme.system') }));
    for (let step = 0; step < 2; step++) await other.keyboard.press('ArrowRight');
    for (const tab of [page, other]) await tab.locator('html[data-mantine-color-scheme=dark]').waitFor();
    await look(page);

    // Tabs whose host is gone, or goes while it answers, say so on the console; the cookie of the host before lets nobody in.
    computer.browser.expect(/WebSocket|ERR_(CONNECTION_|EMPTY_RESPONSE)|status of 40[14] .*\/rpc$/);
    await computer.restart();
    await page.getByText(say('link.refused.title')).waitFor();
    const second = await computer.open();
    await second.getByRole('navigation', { name: say('shell.pages') }).waitFor();
    await second.getByText(say('connection.online')).waitFor();
    // The launch link let the whole browser in again.
    await page.reload();
    await page.getByRole('navigation', { name: say('shell.pages') }).waitFor();
    const program = computer.run('typescript', 'portico', ['--no-question']);
    expect(await program.line('license')).toMatchObject({ permit: 'full', verified: true });

    await journey.wire.cut();
    await computer.restart();
    const third = await computer.open();
    await third.getByRole('navigation', { name: say('shell.pages') }).waitFor();
    await third.getByText(say('connection.offlineSince')).waitFor();
    await look(third);
    const silent = computer.run('typescript', 'portico', ['--no-question']);
    expect(await silent.line('license')).toMatchObject({ permit: 'full', verified: true });
    await journey.wire.mend();
    await third.getByText(say('connection.online')).waitFor();
    expect(computer.windows).toEqual([]);
    expect(await journey.signIns()).toBe(before + 1);
  });
});
