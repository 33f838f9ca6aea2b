import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';
import { receiptOf } from '../../../test/support/documents.ts';
import { writeFileDurably } from '../write-file-durably.ts';

/** A process that dies at its n-th step: before or after a write to disk, before the portal heard, or before its answer came. */
function mortal(diesAt: number) {
  const process = { steps: 0, names: [] as string[], dead: false };
  const step = (name: string) => {
    if (process.dead) throw new Error('this process is dead');
    process.names.push(name);
    if (++process.steps === diesAt) {
      process.dead = true;
      throw new Error(`died at ${name}`);
    }
  };
  const around = async (name: string, work: () => Promise<void>) => {
    step(`before ${name}`);
    await work();
    step(`after ${name}`);
  };
  const isMark = (path: string) => path.endsWith('clock-mark.json');
  return {
    process,
    step,
    options: {
      write: (path: string, content: string | Uint8Array) =>
        isMark(path)
          ? writeFileDurably(path, content)
          : around('write', () => writeFileDurably(path, content)),
      remove: (path: string) => around('remove', () => rm(path, { force: true })),
    },
  };
}

type Process = ReturnType<typeof mortal>['process'];

/** A day in a program's life: start, one renewal, end. Ends early when the client dies. */
async function day(rig: LicensingRig, process: Process): Promise<void> {
  const use = rig.use('viga');
  await rig.acquire(use).catch(() => undefined);
  if (!process.dead) await rig.pass(300_000);
  if (process.dead) return;
  await rig.licenses.release(use);
  await rig.pass(10_000, 1000);
}

/** A lease is borrowed and given back under a program that runs on. */
async function trip(rig: LicensingRig): Promise<void> {
  const use = rig.use('viga');
  await rig.acquire(use).catch(() => undefined);
  await rig.licenses.borrow('viga', 7, use).catch(() => undefined);
  await rig.licenses.returnBorrowed('viga', use).catch(() => undefined);
}

async function live(rig: LicensingRig, diesAt: number, what = day): Promise<Process> {
  const { process, step, options } = mortal(diesAt);
  rig.portal.before = (call) => step(`portal ${call.kind}`);
  rig.portal.after = (call) => step(`answer ${call.kind}`);
  await rig.boot(options);
  await what(rig, process);
  const old = rig.licenses;
  process.dead = true;
  await old.stop();
  rig.portal.before = null;
  rig.portal.after = null;
  return process;
}

test('killed between any two steps: never two seats, nothing lost, nothing kept', async () => {
  const dry = await createLicensingRig();
  const whole = await live(dry, Number.POSITIVE_INFINITY);
  await dry.remove();
  // acquire: write, ask, write; renew: ask, write; release: write, tell, remove. Each has a before and an after.
  expect(whole.names).toEqual([
    'before write',
    'after write',
    'portal acquire',
    'answer acquire',
    'before write',
    'after write',
    'portal renew',
    'answer renew',
    'before write',
    'after write',
    'before write',
    'after write',
    'portal release',
    'answer release',
    'before remove',
    'after remove',
  ]);

  for (let diesAt = 1; diesAt <= whole.steps; diesAt++) {
    const rig = await createLicensingRig();
    rig.portal.seats.set('viga', 1);
    const where = `killed at step ${diesAt}: ${(await live(rig, diesAt)).names.at(-1)}`;

    // The next process: the program comes back and gets its seat, the only one there is.
    await rig.boot();
    const use = rig.use('viga');
    expect(await rig.acquire(use), where).toMatchObject({ permit: 'full' });
    expect(rig.portal.active(), where).toHaveLength(1);
    await rig.licenses.release(use);
    await rig.pass(40_000, 1000);
    await becomes(async () => {
      expect(rig.portal.active(), where).toHaveLength(0);
      expect(await rig.record('viga'), where).toBeNull();
    });
    expect(rig.portal.peak.get('viga'), where).toBe(1);
    await rig.remove();
  }
});

test('killed, and no program comes back: the seat is free within the minute', async () => {
  for (let diesAt = 1; diesAt <= 16; diesAt++) {
    const rig = await createLicensingRig();
    const where = `killed at step ${diesAt}: ${(await live(rig, diesAt)).names.at(-1)}`;
    await rig.boot();
    await rig.pass(40_000, 1000);
    await becomes(async () => {
      expect(rig.portal.active(), where).toHaveLength(0);
      expect(await rig.record('viga'), where).toBeNull();
    });
    await rig.remove();
  }
});

test('killed between any two steps of borrowing and giving back: never a right without a place, nor one beside its receipt', async () => {
  const dry = await createLicensingRig();
  const whole = await live(dry, Number.POSITIVE_INFINITY, trip);
  await dry.remove();
  const write = ['before write', 'after write'];
  const call = (kind: string) => [`portal ${kind}`, `answer ${kind}`];
  expect(whole.names).toEqual([
    ...[...write, ...call('acquire'), ...write],
    ...[...call('borrow'), ...write],
    // The right goes and the receipt stays; told, it goes as well.
    ...[...write, ...call('deactivate'), 'before remove', 'after remove'],
    ...[...write, ...call('acquire'), ...write],
  ]);

  for (let diesAt = 1; diesAt <= whole.steps; diesAt++) {
    const rig = await createLicensingRig();
    rig.portal.seats.set('viga', 1);
    const where = `killed at step ${diesAt}: ${(await live(rig, diesAt, trip)).names.at(-1)}`;
    const sound = async () => {
      const record = await rig.record('viga');
      const places = rig.portal.active().map(({ id }) => id);
      const { leaseId } = record?.right ?? {};
      if (leaseId !== undefined) expect(places, where).toContain(leaseId);
      for (const receipt of record?.receipts ?? []) expect(receiptOf(receipt).right, where).not.toBe(leaseId);
    };
    await sound();

    // The next process, first with no network: what is held runs, what was given back does not.
    const held = (await rig.record('viga'))?.right ?? null;
    rig.portal.fault = 'network-offline';
    await rig.boot();
    const use = rig.use('viga');
    expect(rig.licenses.status('viga').permit, where).toBe(held === null ? 'none' : 'full');
    rig.portal.fault = null;
    expect(await rig.acquire(use), where).toMatchObject({ permit: 'full' });
    await rig.pass(60_000, 10_000);
    await sound();
    expect(rig.portal.active(), where).toHaveLength(1);
    await rig.licenses.giveBackAll();
    await rig.licenses.release(use);
    await rig.pass(10_000, 1000);
    await becomes(() => expect(rig.portal.active(), where).toHaveLength(0));
    expect(await rig.record('viga').then((record) => record?.receipts ?? []), where).toEqual([]);
    expect(rig.portal.peak.get('viga'), where).toBe(1);
    await rig.remove();
  }
});
