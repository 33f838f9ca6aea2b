import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestPorts, type TestPorts } from '../../../test/fakes/ports.ts';
import { createProcessLock } from '../lock/process-lock.ts';
import { type ClockGuard, createClockGuard } from './clock-guard.ts';

const hour = 3_600_000;
let ports: TestPorts;
beforeEach(async () => {
  ports = await createTestPorts();
});
afterEach(() => ports.remove());

const copies = () =>
  [join(ports.paths.config, 'clock-mark.json'), join(ports.paths.data, 'clock-mark.json')] as const;

function make(): ClockGuard {
  const { paths, secrets, clock, log } = ports;
  return createClockGuard({ paths, secrets, clock, log, lock: createProcessLock(paths.runtime) });
}
async function boot(): Promise<ClockGuard> {
  const guard = make();
  await guard.load();
  return guard;
}
const now = () => ports.clock.now();

async function marked(): Promise<number> {
  const guard = await boot();
  await guard.save();
  return now();
}

test('a first run marks now, twice, with a key from the keychain', async () => {
  await marked();
  const [one, two] = await Promise.all(copies().map((path) => readFile(path, 'utf8')));
  expect(one).toBe(two);
  expect(one).not.toContain(ports.secrets.entries.get('clock-mac'));
});

test('a clock set back while the client was off is seen at the next start', async () => {
  await marked();
  ports.clock.jump(-48 * hour);
  const guard = await boot();
  expect(guard.verdict(now())).toMatchObject({ verdict: 'suspect', until: now() + 72 * hour });
  guard.contact(now());
  expect(guard.verdict(now())).toMatchObject({ verdict: 'ok' });
});

test('the 72 h go on over restarts', async () => {
  await marked();
  ports.clock.jump(-48 * hour);
  const first = await boot();
  first.advance(now(), 0);
  first.advance(now(), 10 * hour);
  await first.save();
  const second = await boot();
  expect(second.verdict(now())).toMatchObject({ until: now() + 62 * hour });
});

describe('one copy', () => {
  test.each([
    ['deleted', (path: string) => rm(path)],
    ['emptied', (path: string) => writeFile(path, '')],
    [
      'changed',
      async (path: string) => {
        const file = JSON.parse(await readFile(path, 'utf8'));
        file.mark.high -= 1000 * hour;
        await writeFile(path, JSON.stringify(file));
      },
    ],
    [
      'written anew without the key',
      (path: string) =>
        writeFile(path, JSON.stringify({ mark: { high: 5, suspect: null }, signed: 0, mac: 'AAAA' })),
    ],
  ])('%s: the other one counts, and it is restored', async (_what, harm) => {
    for (const index of [0, 1] as const) {
      await marked();
      await harm(copies()[index]);
      ports.clock.jump(-48 * hour);
      const guard = await boot();
      expect(guard.verdict(now()).verdict).toBe('suspect');
      await guard.save();
      const [one, two] = await Promise.all(copies().map((path) => readFile(path, 'utf8')));
      expect(one).toBe(two);
      ports.clock.jump(48 * hour);
    }
  });
});

test('a document that was signed later than both copies say raises the mark', async () => {
  const guard = await boot();
  guard.sawSigned(now() + 30 * hour);
  expect(guard.verdict(now())).toMatchObject({ verdict: 'suspect' });
});

describe('a keychain that refuses', () => {
  test('does not stop anything, and what was marked before counts', async () => {
    await marked();
    ports.secrets.fault = 'keychain-locked';
    ports.clock.jump(-3 * hour);
    expect((await boot()).verdict(now())).toMatchObject({ verdict: 'warned' });
  });

  test('leaves the mark as it is: once it opens, the clock set back is seen', async () => {
    await marked();
    ports.secrets.fault = 'keychain-locked';
    const guard = await boot();
    await ports.clock.advance(1000);
    guard.advance(now(), 1000);
    await guard.save();
    ports.secrets.fault = null;
    ports.clock.jump(-48 * hour);
    expect((await boot()).verdict(now())).toMatchObject({ verdict: 'suspect' });
  });
});

describe('writing', () => {
  test('before the mark was read there is nothing to write', async () => {
    await marked();
    ports.clock.jump(-48 * hour);
    const early = make();
    early.advance(now(), 0);
    await early.save();
    expect((await boot()).verdict(now())).toMatchObject({ verdict: 'suspect' });
  });

  test('what another process marked later stays, unless the portal said its time', async () => {
    const [one, other] = [await boot(), await boot()];
    other.advance(now() + 30 * hour, 0);
    await other.save();
    one.advance(now() + hour, 0);
    await one.save();
    expect((await boot()).verdict(now())).toMatchObject({ verdict: 'suspect' });
    one.contact(now());
    await one.save();
    expect((await boot()).verdict(now())).toMatchObject({ verdict: 'ok' });
  });
});

describe('a document that somebody brought', () => {
  test('signed later than all that was seen settles a clock that had run ahead', async () => {
    const guard = await boot();
    guard.sawSigned(now());
    guard.advance(now() + 400 * 24 * hour, 0);
    await guard.save();
    const again = await boot();
    expect(again.verdict(now())).toMatchObject({ verdict: 'suspect' });
    again.brought(now());
    expect(again.verdict(now()), 'the one that is known already').toMatchObject({ verdict: 'suspect' });
    again.brought(now() + 1000);
    expect(again.verdict(now())).toMatchObject({ verdict: 'ok' });
  });

  test('does not settle a clock that stands before it', async () => {
    const guard = await boot();
    ports.clock.jump(-48 * hour);
    guard.brought(now() + 47 * hour);
    expect(guard.verdict(now())).toMatchObject({ verdict: 'suspect' });
  });
});

test('a disk that refuses does not stop anything', async () => {
  const { paths, secrets, clock, log } = ports;
  const write = async () => {
    throw new Error('no space left');
  };
  const guard = createClockGuard({
    paths,
    secrets,
    clock,
    log,
    lock: createProcessLock(paths.runtime),
    write,
  });
  await guard.load();
  await guard.save();
  expect(log.lines.map(({ message }) => message)).toContain('the clock mark could not be written');
});
