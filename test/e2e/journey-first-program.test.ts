import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { TestCompany } from '../portal/support.ts';
import { testPassword } from '../portal/support.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless, needs } from '../support/skip.ts';
import { look, patience } from './support/browse.ts';
import { type Journey, startJourney } from './support/journey.ts';
import { chooseMode, enterPortal, signIn } from './support/steps.ts';
import { just, say } from './support/texts.ts';

const { missing } = await findBrowser();
const python = await promisify(execFile)('python3', ['--version']).then(
  () => true,
  () => false,
);
const email = 'lucia@condor.example';

describeUnless(missing, 'the first program on a new computer', () => {
  let journey: Journey;
  let condor: TestCompany;
  beforeAll(async () => {
    journey = await startJourney();
    const lucia = { email, role: 'license-installer', password: testPassword, firstName: 'Lucía' } as const;
    condor = await journey.portal.company('Estructuras Cóndor', [lucia]);
    for (const product of ['viga', 'portico'])
      await journey.portal.addPool({ accountId: condor.id, product, kind: 'floating', total: 5 });
  });
  afterEach(() => journey.wellBehaved());
  afterAll(() => journey.close());

  test('A17, A19, A20: asks once, for mode and sign-in; a program in another language starts silently; both outlast the portal', async (context) => {
    needs(context, python, 'python3 is not installed');
    const computer = await journey.computer('CONDOR-PC-07');
    const first = computer.run('python', 'viga', ['--language', 'es']);
    await expect.poll(() => computer.windows, { timeout: patience }).toEqual(['sign-in']);

    const page = await computer.open();
    await chooseMode(page, 'cloud-signin');
    await enterPortal(page, journey.wire.url);
    const waiting = page.getByRole('region', { name: say('waiting.title_one') });
    await waiting.getByText(/viga/i).waitFor();
    await look(page);
    await signIn(page, email, testPassword);

    expect(await first.line('license')).toMatchObject({
      permit: 'full',
      verified: true,
      may: ['open', 'save', 'export', 'compute'],
    });
    const viga = page.getByRole('article', { name: 'Viga' });
    await viga.getByText(just('license.state.active')).waitFor();
    await page.getByText(say('connection.online')).waitFor();
    await look(page);

    const second = computer.run('typescript', 'portico', ['--no-question']);
    expect(await second.line('license')).toMatchObject({ permit: 'full', verified: true });
    await page.getByRole('article', { name: 'Pórtico' }).waitFor();
    expect(computer.windows).toEqual(['sign-in']);

    await journey.wire.cut();
    await page.getByText(say('connection.offlineSince')).waitFor();
    await look(page);
    const third = computer.run('typescript', 'viga', ['--no-question']);
    expect(await third.line('license')).toMatchObject({ permit: 'full', verified: true });
    for (const program of [first, second]) {
      expect(program.child.exitCode).toBeNull();
      const last = program.lines.findLast((line) => 'permit' in line);
      expect(last).toMatchObject({ permit: 'full', verified: true });
    }

    const before = (await computer.call.state.get()).licenses?.map(({ renewedAt }) => renewedAt ?? '') ?? [];
    await journey.wire.mend();
    await page.getByText(say('connection.online')).waitFor();
    await expect
      .poll(
        async () => {
          const { licenses } = await computer.call.state.get();
          return licenses?.every(({ renewedAt }, index) => (renewedAt ?? '') > (before[index] ?? ''));
        },
        { timeout: patience },
      )
      .toBe(true);
    for (const program of [first, second, third]) {
      expect(program.child.exitCode).toBeNull();
      program.interrupt();
      expect(await program.exit).toBe(0);
    }
    expect(computer.windows).toEqual(['sign-in']);
    expect(await journey.signIns()).toBe(1);
  });
});
