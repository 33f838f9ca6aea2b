import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectMode } from '../../../test/support/expect-mode.ts';
import { createProcessLock } from './process-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A process that adds one to a counter file again and again, reading and writing with a pause between, under the lock. */
const counterSource = `
import { readFile, rename, writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { createProcessLock } from ${JSON.stringify(new URL('./process-lock.ts', import.meta.url).href)};
const [folder, times] = process.argv.slice(2);
const lock = createProcessLock(folder);
for (let i = 0; i < Number(times); i++) {
  await lock.run('count', async () => {
    const value = Number(await readFile(folder + '/counter', 'utf8'));
    await setImmediate();
    await writeFile(folder + '/counter.' + process.pid, String(value + 1));
    await rename(folder + '/counter.' + process.pid, folder + '/counter');
    // Out of this process before the lock is left: one that is killed owes one report at most.
    await new Promise((sent) => process.send(value + 1, sent));
  });
}
process.disconnect();
`;

/** @param script a file with `counterSource`: whole before the first process reads it, and the same for all */
function startCounter(script: string, times: number) {
  const child = fork(script, [folder, String(times)], { stdio: 'inherit' });
  const counted: number[] = [];
  child.on('message', (value) => counted.push(Number(value)));
  // Not its exit, which may come before its last reports.
  const ended = once(child, 'close');
  return { child, counted, ended };
}

async function untilCounted({ child, counted, ended }: ReturnType<typeof startCounter>, times: number) {
  const gone = ended.then(() => {
    throw new Error(`it ended after ${counted.length} counts`);
  });
  while (counted.length < times) await Promise.race([once(child, 'message'), gone]);
}

describe('process lock', () => {
  test('callers in one process take turns, and a failure lets the next one in', async () => {
    const lock = createProcessLock(folder);
    const order: string[] = [];
    const first = lock.run('a', async () => {
      order.push('first in');
      await new Promise((resolve) => setImmediate(resolve));
      order.push('first out');
      throw new Error('first failed');
    });
    const second = lock.run('a', async () => {
      order.push('second');
      return 2;
    });
    await expect(first).rejects.toThrow('first failed');
    await expect(second).resolves.toBe(2);
    expect(order).toEqual(['first in', 'first out', 'second']);
  });

  test('another instance waits until the holder is done, and can be cancelled', async () => {
    const [one, two] = [createProcessLock(folder), createProcessLock(folder)];
    let letGo: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let isHeld: () => void = () => {};
    const holding = new Promise<void>((resolve) => {
      isHeld = resolve;
    });
    const holder = one.run('a', async () => {
      isHeld();
      await held;
    });
    await holding;
    const cancel = new AbortController();
    const cancelled = two.run('a', async () => 'never', cancel.signal);
    cancel.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    let entered = false;
    const waiting = two.run('a', async () => {
      entered = true;
    });
    await expect(two.run('b', async () => 'free')).resolves.toBe('free');
    expect(entered).toBe(false);
    letGo();
    await holder;
    await waiting;
    expect(entered).toBe(true);
  });

  test('waiting for a caller of the same process is cancelled, and given up, all the same', async () => {
    const lock = createProcessLock(folder);
    const order: string[] = [];
    const cancel = new AbortController();
    await lock.run('a', async () => {
      const cancelled = lock.run('a', async () => order.push('cancelled'), cancel.signal);
      const hurried = lock.run('a', async () => order.push('hurried'), undefined, 5);
      void lock.run('a', async () => order.push('patient'));
      cancel.abort();
      await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
      await expect(hurried).rejects.toMatchObject({ code: 'unavailable' });
      order.push('holder');
    });
    await lock.run('a', async () => order.push('last'));
    expect(order).toEqual(['holder', 'patient', 'last']);
  });

  test('gives up after its patience', async () => {
    const holder = createProcessLock(folder);
    const hurried = createProcessLock(folder, 30);
    await holder.run('a', async () => {
      await expect(hurried.run('a', async () => 1)).rejects.toMatchObject({ code: 'unavailable' });
    });
  });

  test('the folder and the file belong to the person alone', async () => {
    const inside = join(folder, 'run');
    await createProcessLock(inside).run('a', async () => undefined);
    await expectMode(inside, 0o700);
    await expectMode(join(inside, 'a.lock'), 0o600);
  });

  test('nothing is written beside the file, which a full disk would refuse', async () => {
    const lock = createProcessLock(folder);
    await lock.run('a', async () => {
      expect(await readdir(folder)).toEqual(['a.lock']);
      expect((await stat(join(folder, 'a.lock'))).size).toBe(0);
    });
  });

  test('a folder in the place of the file is kept aside', async () => {
    await mkdir(join(folder, 'a.lock', 'inside'), { recursive: true });
    await expect(createProcessLock(folder).run('a', async () => 1)).resolves.toBe(1);
    const aside = (await readdir(folder)).find((name) => name.startsWith('a.corrupt-')) ?? '';
    expect(await readdir(join(folder, aside))).toEqual(['inside']);
  });

  test('processes killed at any moment, also while holding, neither block nor lose a turn of the others', async () => {
    await writeFile(join(folder, 'counter'), '0');
    const script = join(folder, 'counter.ts');
    await writeFile(script, counterSource);
    const steady = [startCounter(script, 40), startCounter(script, 40)];
    const victims: ReturnType<typeof startCounter>[] = [];
    for (let i = 0; i < 5; i++) {
      const victim = startCounter(script, 1_000_000);
      victims.push(victim);
      // Killed some counts later, at whatever instruction it then is: mostly inside the lock.
      await untilCounted(victim, 1 + Math.floor(Math.random() * 4));
      victim.child.kill('SIGKILL');
      await victim.ended;
    }
    for (const { child, counted, ended } of steady) {
      await ended;
      expect(child.exitCode).toBe(0);
      expect(counted).toHaveLength(40);
    }
    // A victim may die after its write and before telling, so the file may be ahead of the reports, never behind.
    const reports = [...steady, ...victims].flatMap((counter) => counter.counted);
    expect(new Set(reports).size).toBe(reports.length);
    const final = Number(await readFile(join(folder, 'counter'), 'utf8'));
    expect(final).toBeGreaterThanOrEqual(reports.length);
    expect(final).toBeLessThanOrEqual(reports.length + victims.length);
  });
});
