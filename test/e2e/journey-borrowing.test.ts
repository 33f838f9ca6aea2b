import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { acquire, refusal } from '../portal/licenses-support.ts';
import { testPassword } from '../portal/support.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { look, patience, tabTo } from './support/browse.ts';
import { type Journey, startJourney } from './support/journey.ts';
import { setUpAndSignIn } from './support/steps.ts';
import { just, say } from './support/texts.ts';

const { missing } = await findBrowser();
const [lucia, bruno] = ['lucia@condor.example', 'bruno@condor.example'];

describeUnless(missing, 'a floating license goes along to a site without network', () => {
  let journey: Journey;
  beforeAll(async () => {
    journey = await startJourney();
    const engineer = { role: 'license-installer', password: testPassword } as const;
    const condor = await journey.portal.company('Estructuras Cóndor', [
      { ...engineer, email: lucia, firstName: 'Lucía' },
      { ...engineer, email: bruno, firstName: 'Bruno' },
    ]);
    await journey.portal.addPool({ accountId: condor.id, product: 'viga', kind: 'floating', total: 1 });
  });
  afterEach(() => journey.wellBehaved());
  afterAll(() => journey.close());

  test('borrowed in the window, used cut off from the portal, given back there, and the portal hears when it is back', async () => {
    const computer = await journey.computer('CONDOR-PC-21');
    const page = await computer.open();
    await setUpAndSignIn(page, { portal: journey.wire.url, email: lucia, password: testPassword });
    const first = computer.run('typescript', 'viga', ['--no-question']);
    expect(await first.line('license')).toMatchObject({ permit: 'full', verified: true });

    const card = page.getByRole('article', { name: 'Viga' });
    await tabTo(page, card.getByRole('button', { name: just('license.borrow.open') }));
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: say('license.borrow.title', { product: 'Viga' }) });
    await dialog.getByRole('spinbutton').waitFor();
    await look(page);
    await page.keyboard.type('3');
    await page.keyboard.press('Enter');
    await card.getByText(just('license.state.borrowed')).waitFor();
    await look(page);
    await expect
      .poll(() => first.lines.findLast((line) => 'permit' in line), { timeout: patience })
      .toMatchObject({ state: 'borrowed', permit: 'full', verified: true });
    first.interrupt();
    expect(await first.exit).toBe(0);

    // Nobody uses it, and its place stays taken.
    const colleague = await journey.portal.signIn(bruno, testPassword);
    expect(await refusal(acquire(colleague.client))).toMatchObject({ code: 'no-seat-free' });

    await journey.wire.cut();
    await page.getByText(say('connection.offlineSince')).waitFor();
    const second = computer.run('typescript', 'viga', ['--no-question']);
    expect(await second.line('license')).toMatchObject({ state: 'borrowed', permit: 'full', verified: true });
    second.interrupt();
    expect(await second.exit).toBe(0);

    await tabTo(page, card.getByRole('button', { name: just('license.giveUp.return') }));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: say('license.return.title', { product: 'Viga' }) }).waitFor();
    await tabTo(page, page.getByRole('button', { name: just('license.return.confirm') }));
    await page.keyboard.press('Enter');
    const receipt = page.getByRole('dialog', { name: say('license.receipt.title') });
    await receipt.waitFor();
    await look(page);
    const saved = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    expect((await saved).suggestedFilename()).toBe('viga.aldaba-receipt');
    await tabTo(page, receipt.getByRole('button', { name: just('common.close') }).last());
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await receipt.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: say('license.returned.title', { product: 'Viga' }) }).waitFor();
    const third = computer.run('typescript', 'viga', ['--no-question']);
    expect(await third.exit).not.toBe(0);

    await journey.wire.mend();
    await page
      .getByRole('heading', { name: say('license.returned.title', { product: 'Viga' }) })
      .waitFor({ state: 'detached' });
    await expect
      .poll(async () => (await refusal(acquire(colleague.client))).code, { timeout: patience })
      .toBe('ok');
  });
});
