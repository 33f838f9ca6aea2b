import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocket as AnySocket } from 'ws';
import { type Child, startChild } from '../../scripts/start/child.ts';
import { connectToRunning } from '../../src/core/shell/control-client.ts';
import { findBrowser } from '../support/browser.ts';
import { removeProfile } from '../support/remove-profile.ts';
import { describeUnless } from '../support/skip.ts';
import { look, patience } from './support/browse.ts';
import { say } from './support/texts.ts';

const found = await findBrowser();
const root = join(import.meta.dirname, '../..');

describeUnless(found.missing, 'host mode as a process, seen by a real browser', () => {
  let profile: string;
  let host: Child;
  let origin: string;
  let browser: Browser;
  let person: BrowserContext;

  /** Another link of the running host, as a second start of it prints. */
  async function newLink(): Promise<string> {
    const second = startChild(join(root, 'src/host/index.ts'), ['--json', '--no-open', '--profile', profile]);
    return JSON.parse(await second.line((line) => line.startsWith('{'))).link;
  }

  async function startHost(port = '0'): Promise<string> {
    host = startChild(
      join(root, 'src/host/index.ts'),
      ['--json', '--no-open', '--profile', profile, '--port', port],
      {
        environment: { ALDABA_LANGUAGE: 'es' },
      },
    );
    return JSON.parse(await host.line((line) => line.startsWith('{'))).link;
  }

  beforeAll(async () => {
    if (found.missing !== undefined) return;
    profile = await mkdtemp(join(tmpdir(), 'aldaba-host-process-'));
    origin = new URL(await startHost()).origin;
    browser = await chromium.launch({
      executablePath: found.program.path,
      env: { ...process.env, ...found.program.env },
      chromiumSandbox: false,
      // A name whose owner points it at this machine after the page was loaded (DNS rebinding).
      args: [
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--host-resolver-rules=MAP rebound.example 127.0.0.1',
      ],
    });
    person = await browser.newContext({ locale: 'es-PE' });
    person.setDefaultTimeout(patience);
  });
  afterEach(async () => {
    for (const page of person.pages()) await page.close();
  });
  afterAll(async () => {
    await browser?.close();
    await host?.stop();
    await removeProfile(profile);
  });

  test('the link opens the window at a clean address; reloading keeps it; the browser finds nothing to complain of', async () => {
    const page = await person.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() !== 'info' && message.type() !== 'log') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    const link = await newLink();
    await page.goto(link);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(page.url()).toBe(`${origin}/`);
    expect(await page.evaluate(() => [history.length, document.cookie, document.referrer])).toEqual([
      expect.any(Number),
      '',
      '',
    ]);
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(complaints).toEqual([]);

    const stranger = await browser.newContext();
    const other = await stranger.newPage();
    expect((await other.goto(link))?.status()).toBe(403);
    await other.getByRole('heading', { level: 1, name: 'ya se usó' }).waitFor();
    // The content policy lets its own style through.
    expect(await other.locator('main').evaluate((main) => getComputedStyle(main).maxWidth)).not.toBe('none');
    await look(other);
    expect((await other.goto(origin))?.status()).toBe(401);
    await other.getByRole('heading', { level: 1, name: 'Falta el enlace de inicio' }).waitFor();
    await stranger.close();
  });

  test('ten tabs at once, all of them alive: a change in one shows in the others', async () => {
    await (await person.newPage()).goto(await newLink());
    const tabs = await Promise.all(
      Array.from({ length: 9 }, async () => {
        const page = await person.newPage();
        await page.goto(origin);
        return page;
      }),
    );
    for (const page of [...person.pages(), ...tabs]) await page.getByRole('heading', { level: 1 }).waitFor();
    const running = await connectToRunning({ runtime: join(profile, 'run') });
    await running?.client.client.setup.chooseMode({ mode: 'standalone' });
    for (const page of person.pages())
      await expect.poll(() => page.title(), { timeout: patience }).toMatch(say('setup.title.standalone'));
    await running?.client.client.setup.back();
    running?.close();
  });

  test('a page of another origin gets nothing, although the browser would send the cookie along', async () => {
    await (await person.newPage()).goto(await newLink());
    const hostile: Server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>x</title>');
    });
    await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
    try {
      const page = await person.newPage();
      // Same host, another port: to cookies and SameSite the same site.
      await page.goto(`http://127.0.0.1:${(hostile.address() as AddressInfo).port}/`);
      const outcome = await page.evaluate(async (target) => {
        const attempt = (work: Promise<unknown>) => work.then(String, () => 'refused');
        const call = (mode: RequestMode) =>
          fetch(`${target}/rpc/session/signOut`, {
            method: 'POST',
            mode,
            credentials: 'include',
            headers: { 'content-type': 'text/plain' },
            body: '{"json":null}',
          }).then((answer) => `${answer.type} ${answer.status}`);
        const socket = new Promise((resolve) => {
          const opened = new WebSocket(`${target.replace('http', 'ws')}/rpc`);
          opened.onopen = () => resolve('open');
          opened.onerror = () => resolve('refused');
        });
        const frame = document.createElement('iframe');
        frame.src = target;
        const loaded = new Promise((resolve) => {
          frame.onload = () => resolve(undefined);
        });
        document.body.append(frame);
        await loaded;
        let inside = 'readable';
        try {
          inside =
            frame.contentDocument === null
              ? 'closed'
              : String(frame.contentDocument.body.innerHTML.length > 0);
        } catch {
          inside = 'closed';
        }
        const script = new Promise((resolve) => {
          const element = document.createElement('script');
          element.src = `${target}/index.html`;
          element.onload = () => resolve('loaded');
          element.onerror = () => resolve('refused');
          document.body.append(element);
        });
        return {
          cors: await attempt(call('cors')),
          // The answer cannot be read, and the server refused it: see the log below.
          blind: await attempt(call('no-cors')),
          socket: await socket,
          inside,
          script: await script,
        };
      }, origin);
      expect(outcome).toEqual({
        cors: 'refused',
        blind: expect.stringMatching(/^(refused|opaque 0)$/),
        socket: 'refused',
        inside: 'closed',
        script: 'refused',
      });
    } finally {
      hostile.close();
    }
    const log = await readFile(join(profile, 'logs/host.log'), 'utf8');
    expect(log).toContain('foreign-origin');
    expect(log).not.toMatch(/launch\/[\w-]{20}/);
  });

  test('another program on this machine that the browser visits hears the cookie, and does not get in with it', async () => {
    const page = await person.newPage();
    await page.goto(await newLink());
    await page.getByRole('heading', { level: 1 }).waitFor();
    let heard = '';
    const listening: Server = createServer((request, response) => {
      heard = request.headers.cookie ?? heard;
      response.end();
    });
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = listening.address() as AddressInfo;
      await (await person.newPage()).goto(`http://127.0.0.1:${port}/`);
    } finally {
      listening.close();
    }
    // Browsers send the cookies of an address to all of its ports (RFC 6265, 8.5).
    expect(heard).toContain(`aldaba-${new URL(origin).port}=`);
    const headers = { cookie: heard, origin };
    const socket = new AnySocket(`${origin.replace('http', 'ws')}/rpc`, 'A'.repeat(43), { headers });
    const status = await new Promise((resolve) => {
      socket.once('open', () => resolve('open'));
      socket.once('unexpected-response', (_request, answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
    });
    expect(status).toBe(401);
    for (const path of ['/rpc/session/signOut', '/rpc']) {
      const answer = await fetch(`${origin}${path}`, { method: 'POST', headers });
      expect([path, answer.status]).toEqual([path, 401]);
    }
  });

  test('a name that was pointed at this machine gets nothing', async () => {
    const link = await newLink();
    const page = await person.newPage();
    const { port, pathname } = new URL(link);
    for (const path of ['/', pathname]) {
      const answer = await page.goto(`http://rebound.example:${port}${path}`);
      expect(answer?.status()).toBe(421);
      expect(await answer?.headerValue('set-cookie')).toBeNull();
    }
    // The link was not used up by that.
    await page.goto(link);
    await page.getByRole('heading', { level: 1 }).waitFor();
  });

  test('the process dies: the window says so, and goes on by a new link after the next start', async () => {
    const page = await person.newPage();
    await page.goto(await newLink());
    await page.getByRole('heading', { level: 1 }).waitFor();
    const { port } = new URL(origin);
    await host.kill();
    await page.getByText(say('link.lost.title')).waitFor();
    const link = await startHost(port);
    // The new process knows no cookie of the old one: the page asks for a link instead of trying for ever.
    await page.getByText(say('link.refused.title')).waitFor();
    await page.goto(link);
    await page.getByRole('heading', { level: 1, name: say('setup.mode.heading') }).waitFor();
  });
});
