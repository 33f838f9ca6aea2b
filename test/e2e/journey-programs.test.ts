import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { release } from '../../src/portal/db/schema.ts';
import { publishRelease } from '../../src/portal/releases/publish-release.ts';
import { testPassword } from '../portal/support.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { look, patience, press } from './support/browse.ts';
import type { Computer } from './support/computer.ts';
import { type Journey, startJourney } from './support/journey.ts';
import { goTo, setUpAndSignIn } from './support/steps.ts';
import { just, problem } from './support/texts.ts';

const { missing } = await findBrowser();
const size = 3 * 1024 * 1024;
const platform = process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'macos' : 'linux';
const email = 'lucia@condor.example';

describeUnless(missing, 'downloading programs', () => {
  let journey: Journey;
  let computer: Computer;
  let page: Page;
  const published = new Map<string, { id: string; sha256: string; content: Buffer }>();
  beforeAll(async () => {
    journey = await startJourney();
    const lucia = { email, role: 'license-installer', password: testPassword } as const;
    const condor = await journey.portal.company('Estructuras Cóndor', [lucia]);
    for (const product of ['viga', 'portico', 'zapata']) {
      await journey.portal.addPool({ accountId: condor.id, product, kind: 'floating', total: 5 });
      const content = randomBytes(size);
      const given = { product, version: '2026.1', platform, fileName: `${product}-2026.1.run` } as const;
      const { id, sha256 } = await publishRelease(journey.portal.services, [content], given);
      published.set(product, { id, sha256, content });
    }
    computer = await journey.computer();
    page = await computer.open();
    await setUpAndSignIn(page, { portal: journey.wire.url, email, password: testPassword });
    await goTo(page, 'programs');
  });
  afterEach(() => journey.wellBehaved());
  afterAll(() => journey.close());

  const made = (product: string) => published.get(product) ?? expect.fail(`no ${product}`);
  const received = async (product: string) =>
    (await computer.call.state.get()).downloads.find(({ releaseId }) => releaseId === made(product).id);

  test('A16: a program comes with its progress, is paused and gone on with, verified and opened', async () => {
    const name = 'Viga 2026.1';
    await look(page);
    journey.wire.stallAfter(1024 * 1024);
    await press(page, page.getByRole('button', { name: just('programs.downloadOf', { name }) }));
    const progress = page.getByRole('progressbar', { name: just('programs.progressOf', { name }) });
    await progress.waitFor();
    await expect
      .poll(async () => (await received('viga'))?.received ?? 0, { timeout: patience })
      .toBeGreaterThan(256 * 1024);
    await expect.poll(async () => Number(await progress.getAttribute('value'))).toBeGreaterThan(0);
    await look(page);
    await press(page, page.getByRole('button', { name: just('programs.pauseOf', { name }) }));
    await page.getByText(just('programs.paused')).waitFor();
    const before = (await received('viga'))?.received ?? 0;
    expect(before).toBeLessThan(size);
    await look(page);
    journey.wire.flow();
    await press(page, page.getByRole('button', { name: just('programs.resumeOf', { name }) }));
    await page.getByText(just('programs.verified')).waitFor();
    await look(page);

    const { path } = (await received('viga')) ?? expect.fail('forgotten');
    expect((await readFile(path ?? '')).equals(made('viga').content)).toBe(true);
    await page.getByText(path ?? '').waitFor();
    await computer.call.programs.open({ releaseId: made('viga').id });
    expect(computer.opened).toEqual([path]);
  });

  test('A16: a file that somebody changed on the portal is refused, with the checksum right or wrong', async () => {
    const { sha256, content } = made('portico');
    const tampered = Buffer.from(content);
    tampered.writeUInt8(tampered.readUInt8(size - 1) ^ 1, size - 1);
    await writeFile(join(journey.releases, sha256), tampered);
    const name = 'Pórtico 2026.1';
    await press(page, page.getByRole('button', { name: just('programs.downloadOf', { name }) }));
    await page.getByText(problem('download-checksum')).waitFor();
    await look(page);
    await expect(computer.call.programs.open({ releaseId: made('portico').id })).rejects.toThrow();
    expect(await received('portico')).toMatchObject({ state: 'failed' });

    // Whoever can write into the database as well still lacks the signing key.
    const zapata = made('zapata');
    const forged = createHash('sha256').update(tampered).digest('hex');
    await writeFile(join(journey.releases, forged), tampered);
    await journey.portal.services.database.asService((tx) =>
      tx.update(release).set({ sha256: forged }).where(eq(release.id, zapata.id)),
    );
    await page.reload();
    const again = page.getByRole('button', { name: just('programs.downloadOf', { name: 'Zapata 2026.1' }) });
    await press(page, again);
    await page.getByText(problem('download-signature')).waitFor();
    await look(page);
    expect(computer.opened).toHaveLength(1);
  });
});
