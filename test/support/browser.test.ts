import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser, launchBrowser } from './browser.ts';
import { describeUnless } from './skip.ts';

const { missing } = await findBrowser();

async function listen(): Promise<{ origin: string; close: () => Promise<void> }> {
  const server = createServer((_request, response) => response.end('private'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describeUnless(missing, 'the test browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test('renders a page and takes a picture of it', async () => {
    const page = await browser.newPage({ viewport: { width: 320, height: 200 } });
    await page.setContent('<body style="margin:0;background:#004080"><h1>Pórtico</h1>');
    expect(await page.getByRole('heading', { name: 'Pórtico' }).boundingBox()).toMatchObject({ width: 320 });
    const picture = await page.screenshot();
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
    await page.close();
  });

  test('keeps the same-origin policy, which flags for other environments turn off', async () => {
    const [one, other] = await Promise.all([listen(), listen()]);
    const page = await browser.newPage();
    await page.goto(one.origin);
    const read = (origin: string) =>
      page.evaluate(
        (address) =>
          fetch(address).then(
            (response) => response.text(),
            (error: Error) => error.name,
          ),
        origin,
      );
    expect(await read(one.origin)).toBe('private');
    expect(await read(other.origin)).toBe('TypeError');
    await page.close();
    await Promise.all([one.close(), other.close()]);
  });

  test('contexts share no storage', async () => {
    const [first, second] = await Promise.all([browser.newContext(), browser.newContext()]);
    await first.addCookies([{ name: 'session', value: 'x', url: 'http://one.test' }]);
    expect(await second.cookies()).toEqual([]);
    await Promise.all([first.close(), second.close()]);
  });
});
