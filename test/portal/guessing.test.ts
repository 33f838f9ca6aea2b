import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { AldabaError } from '../../src/contract/errors.ts';
import { countedNetwork } from '../../src/portal/counted-network.ts';
import { guess } from '../../src/portal/db/schema.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  createProof,
  createRefreshToken,
  createTestDevice,
  days,
  minutes,
  seconds,
  startTestPortal,
  type TestPortal,
  testPassword,
} from './support.ts';

let database: TestDatabase;
let portal: TestPortal;
const luis = 'luis@condor.example';

beforeAll(async () => {
  database = await createTestDatabase();
  portal = await startTestPortal({ database: database.url });
  await portal.company('Estructuras Cóndor', [
    { email: luis, role: 'license-installer', password: testPassword },
    { email: 'eva@condor.example', role: 'license-installer', password: testPassword },
    { email: 'baja@condor.example', role: 'license-installer', password: testPassword, suspended: true },
    { email: 'nueva@condor.example', role: 'license-installer' },
  ]);
});
beforeEach(async () => {
  await portal.services.database.queries.delete(guess);
});
afterAll(async () => {
  await portal.close();
  await database.drop();
});

async function attempt(email: string, password: string): Promise<string> {
  return portal.signIn(email, password).then(
    () => 'in',
    (error: { code: string }) => error.code,
  );
}

/** Wrong passwords from this machine, as signing in has them counted, without their hashes: those would be most of what these tests take. */
async function fail(email: string, times: number): Promise<void> {
  const who = { email, network: countedNetwork('127.0.0.1') };
  const judge = async () => {
    throw new AldabaError('invalid-credentials', 'wrong');
  };
  for (let time = 0; time < times; time += 1)
    await expect(portal.services.guessing.attempt(who, async () => false, judge)).rejects.toMatchObject({
      code: 'invalid-credentials',
    });
}

describe('the delay', () => {
  test('begins after five wrong passwords: 1 s, then doubles to 15 min', async () => {
    await fail(luis, 4);
    expect(await attempt(luis, testPassword)).toBe('in');

    await fail(luis, 5);
    for (const delay of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
      // The right password is refused until the last moment of the delay.
      portal.clock.advance(delay * seconds - 1);
      expect(await attempt(luis, testPassword)).toBe('invalid-credentials');
      portal.clock.advance(1);
      expect(await attempt(luis, 'no es esta')).toBe('invalid-credentials');
    }
    portal.clock.advance(15 * minutes);
    expect(await attempt(luis, testPassword)).toBe('in');
    // Being in forgets it all.
    await fail(luis, 4);
    expect(await attempt(luis, testPassword)).toBe('in');
  });

  test('without one, a clock that is set back refuses nobody', async () => {
    const eva = 'eva@condor.example';
    expect(await attempt(eva, testPassword)).toBe('in');
    expect(await attempt(luis, 'no es esta')).toBe('invalid-credentials');
    for (const back of [1 * seconds, 2 * days]) {
      portal.clock.advance(-back);
      expect(await attempt(luis, testPassword)).toBe('in');
      expect(await attempt(eva, testPassword)).toBe('in');
      expect(await attempt(eva, 'no es esta')).toBe('invalid-credentials');
    }
    portal.clock.advance(2 * days + 1 * seconds);
  });

  test('that a wrong clock has put far ahead is none', async () => {
    portal.clock.advance(2 * days);
    await fail(luis, 6);
    portal.clock.advance(-2 * days);
    expect(await attempt(luis, testPassword)).toBe('in');
  });

  test('does not grow while it runs, whoever keeps guessing', async () => {
    await fail(luis, 6);
    await fail(luis, 20);
    portal.clock.advance(2 * seconds);
    expect(await attempt(luis, testPassword)).toBe('in');
  });

  test('is forgotten a day after the last wrong password', async () => {
    await fail(luis, 6);
    portal.clock.advance(days + 1);
    await fail(luis, 4);
    expect(await attempt(luis, testPassword)).toBe('in');
  });

  test('is of the person: somebody else at the same address comes in', async () => {
    await fail(luis, 10);
    expect(await attempt('eva@condor.example', testPassword)).toBe('in');
  });

  test('is of the network address as well, against trying one password with many people', async () => {
    for (let index = 0; index < 50; index += 1) await fail(`persona${index}@condor.example`, 1);
    expect(await attempt('eva@condor.example', testPassword)).toBe('invalid-credentials');
    portal.clock.advance(seconds);
    expect(await attempt('eva@condor.example', testPassword)).toBe('in');
  });

  test('does not gather over an office that signs in more often than it mistypes', async () => {
    for (let morning = 0; morning < 30; morning += 1) {
      await fail(`torpe${morning}@condor.example`, 2);
      expect(await attempt('eva@condor.example', testPassword)).toBe('in');
    }
  });

  test('is not slipped under by guessing in parallel', async () => {
    const judge = vi.fn(async () => {
      throw new AldabaError('invalid-credentials', 'wrong');
    });
    const check = vi.fn(async () => false);
    const who = { email: luis, network: '203.0.113.9' };
    const guesses = Array.from({ length: 30 }, () => portal.services.guessing.attempt(who, check, judge));
    const refusals = (await Promise.allSettled(guesses)).map((guessed) => guessed.status);
    expect(refusals).toEqual(refusals.map(() => 'rejected'));
    // What the check of the other 25 found out was thrown away, at the cost of the first five.
    expect(judge).toHaveBeenCalledTimes(5);
    expect(check).toHaveBeenCalledTimes(30);
  });

  test('of the network raises no counter of a person, nor the other way round', async () => {
    const { queries } = portal.services.database;
    const failures = async () =>
      Object.fromEntries((await queries.select().from(guess)).map((row) => [row.key, row.failures]));
    await fail(luis, 5);
    const before = await failures();
    await fail(luis, 10);
    expect(await failures()).toEqual(before);
    for (let index = 0; index < 45; index += 1) await fail(`persona${index}@condor.example`, 1);
    const blocked = await failures();
    await fail('eva@condor.example', 10);
    await fail('nadie@condor.example', 10);
    expect(await failures()).toEqual(blocked);
  });

  test('holds however long somebody guesses', async () => {
    await fail(luis, 1);
    await portal.services.database.queries.update(guess).set({ failures: 5000 });
    await fail(luis, 1);
    portal.clock.advance(15 * minutes - 1);
    expect(await attempt(luis, testPassword)).toBe('invalid-credentials');
    portal.clock.advance(1);
    expect(await attempt(luis, testPassword)).toBe('in');
  });

  test('does not count what nobody judged', async () => {
    const busy = vi
      .spyOn(portal.services.hasher, 'verify')
      .mockRejectedValue(new AldabaError('unavailable', 'the queue is full', { retryAfter: 5 }));
    for (let time = 0; time < 60; time += 1) expect(await attempt(luis, testPassword)).toBe('unavailable');
    busy.mockRestore();
    expect(
      (await portal.services.database.queries.select().from(guess)).map(({ failures }) => failures),
    ).toEqual([0, 0]);
    expect(await attempt(luis, testPassword)).toBe('in');
    // What was judged before stays.
    await fail(luis, 4);
    vi.spyOn(portal.services.hasher, 'verify').mockRejectedValueOnce(new AldabaError('unavailable'));
    expect(await attempt(luis, testPassword)).toBe('unavailable');
    await fail(luis, 1);
    expect(await attempt(luis, testPassword)).toBe('invalid-credentials');
  });

  test('A15: is not caused by right passwords that come at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, () => attempt(luis, testPassword)));
    expect(answers).toEqual(answers.map(() => 'in'));
  });

  test('leaves the forgotten password open', async () => {
    await fail(luis, 8);
    expect(await portal.client().passwords.requestLink({ email: luis })).toEqual({ sent: true });
    await portal.nextMail(luis);
  });
});

describe('from outside nothing tells one refusal from another', () => {
  const cases = {
    'wrong password': [luis, 'no es esta'],
    'unknown email': ['nadie@condor.example', testPassword],
    'no password yet': ['nueva@condor.example', testPassword],
    suspended: ['baja@condor.example', testPassword],
  } as const;

  /** The whole answer but for what changes with every answer. */
  async function answer(email: string, password: string) {
    const device = createTestDevice();
    const url = `${portal.url}/v1/sessions`;
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        dpop: createProof(device, { method: 'POST', url, at: portal.clock.now() }),
      },
      body: JSON.stringify({
        email,
        password,
        device: device.description,
        nextTokenHash: createRefreshToken().hash,
      }),
    });
    const headers = Object.fromEntries(response.headers);
    delete headers['x-request-id'];
    return { status: response.status, headers, body: await response.text() };
  }

  test('status, headers and body are the same, also while a delay runs', async () => {
    const answers: Awaited<ReturnType<typeof answer>>[] = [];
    for (const [email, password] of Object.values(cases)) answers.push(await answer(email, password));
    await fail(luis, 6);
    answers.push(await answer(luis, 'no es esta'));
    answers.push(await answer(luis, testPassword));
    expect(answers[0]?.status).toBe(401);
    for (const other of answers) expect(other).toEqual(answers[0]);
  });

  test('each costs exactly one password hash and no transaction', async () => {
    const { hasher, database: db } = portal.services;
    const hashes = vi.spyOn(hasher, 'verify');
    const transactions = vi.spyOn(db, 'asService');
    const costs: [hashes: number, transactions: number][] = [];
    for (const [email, password] of Object.values(cases)) {
      hashes.mockClear();
      transactions.mockClear();
      await answer(email, password);
      costs.push([hashes.mock.calls.length, transactions.mock.calls.length]);
    }
    await fail(luis, 6);
    for (const password of ['no es esta', testPassword]) {
      hashes.mockClear();
      transactions.mockClear();
      await answer(luis, password);
      costs.push([hashes.mock.calls.length, transactions.mock.calls.length]);
    }
    expect(costs).toEqual(costs.map(() => [1, 0]));
  });

  test('the time is the same within what one machine can tell', async () => {
    const sample = async (email: string, password: string) => {
      await portal.services.database.queries.delete(guess);
      const begin = performance.now();
      await answer(email, password);
      return performance.now() - begin;
    };
    const measured = Object.values(cases).slice(0, 3);
    const times = measured.map((): number[] => []);
    // In turns, so that whatever else the machine does falls on all of them.
    for (let round = 0; round < 25; round += 1)
      for (const [index, [email, password]] of measured.entries())
        times[index]?.push(await sample(email, password));
    const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
    const medians = times.map(median);
    // A hash that is left out would make one several times faster.
    expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(2);
  });
});
