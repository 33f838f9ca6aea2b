import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSystemClock } from '../../src/core/adapters/system-clock.ts';
import { testEmail } from '../fakes/core-rig.ts';
import { createFakePortal, type FakePortal, testPassword } from '../fakes/portal.ts';
import { hashOf } from '../fakes/portal-sessions.ts';
import type { ChildMessage } from './client-child.ts';

let portal: FakePortal;
let served: Awaited<ReturnType<FakePortal['listen']>>;
let root: string;
let profile: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'aldaba-killed-'));
  profile = join(root, 'profile');
  portal = await createFakePortal(createSystemClock());
  served = await portal.listen();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await served.close();
  await rm(root, { recursive: true, force: true });
});

function start(job: string) {
  const arguments_ = [profile, served.address, testEmail, testPassword, portal.trust.rootKeys.join(','), job];
  const env = { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent' };
  const child = fork(new URL('./client-child.ts', import.meta.url), arguments_, { env, stdio: 'inherit' });
  children.push(child);
  const messages: ChildMessage[] = [];
  child.on('message', (message) => messages.push(message as ChildMessage));
  const ended = once(child, 'exit');
  return {
    messages,
    ended,
    saw: (kind: ChildMessage['kind']) =>
      expect.poll(() => messages.some((message) => message.kind === kind), { interval: 1 }).toBe(true),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Sessions that the portal counts and whose token is not in the profile's files. */
async function lostSessions(): Promise<number> {
  const folder = join(profile, 'data', 'secrets');
  const held = new Set<string>();
  for (const name of await readdir(folder).catch(() => [])) {
    const text = await readFile(join(folder, name), 'utf8');
    for (const token of text.match(/[\w-]{43}/g) ?? []) held.add(hashOf(token));
  }
  return portal.sessions.filter((session) => !session.ended && !held.has(session.current)).length;
}

describe('a client process that is killed', () => {
  test('while it rotates tokens, again and again: still signed in, with one session', async () => {
    // Each call finds its access token expired, so that each makes a rotation.
    portal.line.after = (request) => {
      if (request.url.endsWith('/roles')) portal.expireAccess();
      return undefined;
    };
    for (let round = 0; round < 5; round++) {
      const child = start('sign-in');
      await child.saw('called');
      const before = child.messages.length;
      // Somewhere within the next few rotations, at least one, wherever the process then is.
      const more = 1 + Math.floor(Math.random() * 4);
      await expect.poll(() => child.messages.length, { interval: 1 }).toBeGreaterThanOrEqual(before + more);
      await child.kill();
      expect(await lostSessions()).toBe(0);
    }
    expect(portal.sessions).toHaveLength(1);
    expect(portal.sessions[0]?.refreshes).toBeGreaterThan(5);
    const last = start('check');
    await last.ended;
    expect(last.messages).toEqual([{ kind: 'started', signedIn: true }, { kind: 'called' }]);
  });

  test('while it signs in: signed in at the next start, or not at all, with no session that nobody holds', async () => {
    // The second request is the sign-in itself, the third the first call that follows.
    for (const [moment, fatal] of [
      ['before', 2],
      ['after', 2],
      ['after', 3],
    ] as const) {
      profile = join(root, `profile-${moment}-${fatal}`);
      portal.sessions.length = 0;
      let requests = 0;
      const child = start('sign-in');
      let kill: () => void = () => {};
      const killed = new Promise<void>((resolve) => {
        kill = () => void child.kill().then(resolve);
      });
      // Before the portal has done it, or after it did and before the client hears.
      const count = () => {
        if (++requests >= fatal) kill();
        return undefined;
      };
      portal.line.before = moment === 'before' ? count : null;
      portal.line.after = moment === 'after' ? count : null;
      await killed;
      portal.line.before = null;
      portal.line.after = null;
      const next = start('sign-in');
      await next.saw('called');
      await next.kill();
      expect(await lostSessions(), `killed ${moment} request ${fatal}`).toBe(0);
      expect(portal.liveSessions()).toHaveLength(1);
    }
  });

  test('while it downloads: goes on from its bytes and ends whole', async () => {
    const content = randomBytes(3_000_000);
    const release = portal.publish(content);
    const ranges: (string | null)[] = [];
    portal.line.after = async (request, response) => {
      if (!request.url.includes('/files/')) return undefined;
      ranges.push(request.headers.get('range'));
      if (ranges.length > 1) return undefined;
      const whole = new Uint8Array(await response.arrayBuffer());
      const half = new ReadableStream({
        start: (controller) => controller.enqueue(whole.subarray(0, 1_500_000)),
      });
      return new Response(half, { status: response.status, headers: response.headers });
    };
    const child = start(`download:${release.id}`);
    await expect
      .poll(() =>
        child.messages.some((message) => message.kind === 'received' && message.bytes === 1_500_000),
      )
      .toBe(true);
    await child.kill();
    const next = start(`download:${release.id}`);
    await next.ended;
    const last = next.messages.at(-1);
    expect(last).toMatchObject({ kind: 'ready' });
    expect(ranges).toEqual([null, 'bytes=1500000-']);
    expect(last?.kind === 'ready' && (await readFile(last.path)).equals(content)).toBe(true);
  });
});
