import { createRouterClient } from '@orpc/server';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type TestCompany, testPassword } from '../portal/support.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { focused, look, press, tabTo, write } from './support/browse.ts';
import type { Computer } from './support/computer.ts';
import { type Journey, startJourney } from './support/journey.ts';
import { linkIn } from './support/mail-server.ts';
import { goTo, setPassword, setUpAndSignIn } from './support/steps.ts';
import { inMail, just, problem, say } from './support/texts.ts';

const { missing } = await findBrowser();
const newPassword = 'siete alcaravanes cantan de madrugada';
const administrator = 'marta@condor.example';
const iris = { first: 'Iris', last: 'Zamudio', email: 'iris@condor.example' };
const name = `${iris.first} ${iris.last}`;

describeUnless(missing, 'people and their seats', () => {
  let journey: Journey;
  let condor: TestCompany;
  let portico: string;
  beforeAll(async () => {
    journey = await startJourney();
    condor = await journey.portal.company('Estructuras Cóndor', [
      { email: administrator, role: 'owner', password: testPassword, firstName: 'Marta' },
      { email: 'pablo@condor.example', role: 'administrator', password: testPassword, firstName: 'Pablo' },
      {
        email: 'lucia@condor.example',
        role: 'license-installer',
        password: testPassword,
        firstName: 'Lucía',
      },
      {
        email: 'avisos@condor.example',
        role: 'notifications-only',
        password: testPassword,
        firstName: 'Nora',
      },
    ]);
    portico = await journey.portal.addPool({
      accountId: condor.id,
      product: 'portico',
      kind: 'named',
      total: 2,
    });
  });
  afterEach(() => journey.wellBehaved(newPassword));
  afterAll(() => journey.close());

  async function enterAs(
    email: string,
    password = testPassword,
  ): Promise<{ computer: Computer; page: Page }> {
    const computer = await journey.computer();
    const page = await computer.open();
    await setUpAndSignIn(page, { portal: journey.wire.url, email, password });
    return { computer, page };
  }

  const row = (page: Page) => page.getByRole('row', { name: new RegExp(iris.email) });
  async function find(page: Page): Promise<void> {
    await page.keyboard.press('ControlOrMeta+f');
    await focused(page.getByRole('textbox', { name: just('people.search') }));
    await page.keyboard.type(iris.email);
    await page.getByText(just('people.found_one', { total: 1 })).waitFor();
    await row(page).waitFor();
  }

  /** The menu of a person's row, by keyboard. */
  async function rowMenu(page: Page, action: string): Promise<void> {
    await tabTo(page, row(page));
    await page.keyboard.press('Shift+F10');
    await focused(page.getByRole('menuitem').first());
    const item = page.getByRole('menuitem', { name: just(`people.action.${action}`) });
    await item.waitFor();
    for (let step = 0; step < 10; step++) {
      if (await item.evaluate((element) => element === document.activeElement)) break;
      await page.keyboard.press('ArrowDown');
    }
    await focused(item);
    await page.keyboard.press('Enter');
  }
  const state = (page: Page, what: string) => row(page).getByText(just(`people.state.${what}`));

  /** Fills in the new person up to the role, whatever is chosen afterwards. */
  async function fillIn(page: Page, who: typeof iris): Promise<void> {
    await press(page, page.getByRole('button', { name: just('people.add.open') }));
    const first = page.getByRole('textbox', { name: just('people.field.firstName') });
    await focused(first);
    await page.keyboard.type(who.first);
    await page.keyboard.press('Tab');
    await page.keyboard.type(who.last);
    await page.keyboard.press('Tab');
    await page.keyboard.type(who.email);
  }

  test('A7, A8, A14, B9, D4, E3, E8, D10: added with role and seat, enters by mail, works; suspended, the program goes on read-only; let in again; deleted', async () => {
    const { page } = await enterAs(administrator);
    await goTo(page, 'people');
    await page.getByRole('row', { name: /lucia@condor/ }).waitFor();
    await look(page);

    await fillIn(page, iris);
    await press(page, page.getByRole('checkbox', { name: /Pórtico/ }), 'Space');
    const role = page.getByRole('radio', { name: say('role.license-installer.name') });
    expect(await role.isChecked()).toBe(true);
    await look(page);
    await press(page, page.getByRole('button', { name: just('people.add.submit') }));
    await page.getByRole('heading', { name: say('people.added.title', { name }) }).waitFor();
    await page.getByText(say('people.added.spam')).waitFor();
    await look(page);
    await press(page, page.getByRole('button', { name: just('people.added.done') }));
    await page.getByText(say('people.pools.assigned_other', { used: 1, total: 2 })).waitFor();

    const mail = await journey.mails.next(iris.email);
    expect(mail.subject).toMatch(inMail('activate.subject'));
    const computer = await journey.computer('CONDOR-PC-IRIS');
    await setPassword(await computer.tab(linkIn(mail)), newPassword);
    const hers = await computer.open();
    await setUpAndSignIn(hers, { portal: journey.wire.url, email: iris.email, password: newPassword });
    const program = computer.run('typescript', 'portico', ['--no-question']);
    expect(await program.line('license')).toMatchObject({
      permit: 'full',
      verified: true,
      kind: 'offline-pass',
    });
    await hers.getByRole('article', { name: 'Pórtico' }).getByText(say('license.fact.named')).waitFor();
    expect(await hers.getByRole('link', { name: just('page.people') }).count()).toBe(0);

    await find(page);
    await rowMenu(page, 'open');
    await write(page, page.getByRole('textbox', { name: just('people.field.jobTitle') }), 'Calculista');
    await look(page);
    await press(page, page.getByRole('button', { name: just('common.save') }));
    await page.getByText(say('people.done.saved', { name })).waitFor();
    await page.getByRole('gridcell', { name: 'Calculista' }).waitFor();

    await rowMenu(page, 'suspend');
    await state(page, 'suspended').waitFor();
    expect(await program.line('changed', { permit: 'read-only' })).toMatchObject({
      may: ['open', 'save', 'export'],
    });
    await hers.getByRole('heading', { level: 1, name: say('signIn.heading') }).waitFor();
    await hers.getByText(problem('access-ended')).waitFor();
    await look(hers);
    expect(program.child.exitCode).toBeNull();

    await rowMenu(page, 'reactivate');
    await state(page, 'active').waitFor();
    await look(page);

    await rowMenu(page, 'delete');
    const dialog = page.getByRole('dialog', { name: say('people.delete.title', { name }) });
    const own = dialog.getByLabel(just('confirm.password'));
    await focused(own);
    await look(page);
    await page.keyboard.type('no es la de Marta, seguro');
    await page.keyboard.press('Enter');
    await dialog.getByText(say('confirm.wrong')).waitFor();
    await write(page, own, testPassword);
    await page.keyboard.press('Enter');
    await page.getByText(say('people.delete.done', { name })).waitFor();
    await page.getByText(say('people.noResults.title')).waitFor();
    await page.getByText(say('people.pools.assigned_other', { used: 0, total: 2 })).waitFor();
    expect(program.child.exitCode).toBeNull();
  });

  test('E9: too few seats: the count and where to buy, nothing half done', async () => {
    const { page } = await enterAs('pablo@condor.example');
    await goTo(page, 'people');
    await fillIn(page, { first: 'Óscar', last: 'Rey', email: 'oscar@condor.example' });
    await press(page, page.getByRole('checkbox', { name: /Pórtico/ }), 'Space');
    // Meanwhile somebody else takes the seats that were free when the panel was opened.
    for (const email of ['lucia@condor.example', administrator])
      await journey.portal.assignSeat(condor, portico, email);
    await press(page, page.getByRole('button', { name: just('people.add.submit') }));
    const refusal = page.getByRole('alert').filter({ hasText: problem('no-seats-available') });
    await refusal.getByText(say('details.seats', { needed: 1, available: 0 })).waitFor();
    await refusal.getByRole('link', { name: say('details.buy') }).waitFor();
    const option = page.getByRole('checkbox', { name: /Pórtico/ });
    await page.getByText(say('people.seats.none_other', { total: 2 })).waitFor();
    await look(page);
    expect(await option.isDisabled()).toBe(true);
    expect(await page.getByRole('link', { name: say('people.pools.buy') }).count()).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
    await press(page, page.getByRole('button', { name: just('people.discard.confirm') }));
    expect(journey.mails.count('oscar@condor.example')).toBe(0);
    expect(await page.getByRole('row', { name: /oscar@condor/ }).count()).toBe(0);
  });

  test('A10, B11: who only installs, or only receives notices, does not see People, and the portal refuses it all the same', async () => {
    const { computer, page } = await enterAs('lucia@condor.example');
    await look(page);
    expect(await page.getByRole('link', { name: just('page.programs') }).count()).toBe(1);
    expect(await page.getByRole('link', { name: just('page.people') }).count()).toBe(0);
    const typed = await computer.open('#/people');
    await typed.getByRole('heading', { level: 1, name: just('page.license') }).waitFor();
    const call = createRouterClient(computer.core.router);
    await expect(call.people.listContacts({})).rejects.toMatchObject({ code: 'forbidden' });
    await expect(call.people.listPools({})).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      call.people.createContact({
        ...{ email: 'otra@condor.example', firstName: 'Otra', lastName: 'Persona' },
        roleId: condor.roles.administrator,
        poolIds: [],
        idempotencyKey: crypto.randomUUID(),
      }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    const nora = await journey.computer();
    const window = await nora.open();
    await nora.call.setup.chooseMode({ mode: 'cloud-signin' });
    await nora.call.setup.setPortal({ address: journey.wire.url });
    await expect(
      nora.call.setup.signIn({ email: 'avisos@condor.example', password: testPassword }),
    ).rejects.toMatchObject({ code: 'invalid-credentials' });
    await window.getByRole('heading', { level: 1, name: say('signIn.heading') }).waitFor();
    await look(window);
  });
});
