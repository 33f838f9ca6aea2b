import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, type RunningCore } from '../../../test/fakes/core-rig.ts';
import { createMortal } from '../../../test/fakes/mortal.ts';
import { testIds } from '../../../test/fakes/portal-people.ts';
import { testCloudKey } from '../../../test/fakes/portal-router.ts';
import { hashOf } from '../../../test/fakes/portal-sessions.ts';
import { createMemorySecrets } from '../../../test/fakes/secrets.ts';
import { createMemorySettings } from '../../../test/fakes/settings.ts';

let rig: CoreRig;
let processes = 0;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

interface Scenario {
  name: string;
  /** In a process that lives. */
  prepare(): Promise<void>;
  /** In the process that dies. */
  act(running: RunningCore): Promise<unknown>;
  /** Whether a fresh process may find nobody signed in, and why that loses nothing. */
  mayEndSignedOut: boolean;
}

const swallow = () => undefined;

/** Runs `act` in a process that dies at effect `at`, or to its end when there is none. @returns the effects that it had */
async function runMortal(scenario: Scenario, at: number, moment: 'before' | 'after'): Promise<string[]> {
  const mortal = createMortal({
    secrets: createMemorySecrets({ entries: rig.entries }),
    settings: createMemorySettings({ stored: rig.stored }),
    http: rig.portal.http,
  });
  const running = rig.make({ ...mortal.ports, dies: true, runtime: `before-${processes++}` });
  await running.core.start();
  mortal.arm(at, moment);
  await Promise.race([scenario.act(running).catch(swallow), mortal.died]);
  return [...mortal.effects];
}

/** A new process after the death, its portal reachable; what a person finds. */
async function afterwards(): Promise<{ signedIn: boolean; works: boolean }> {
  const fresh = await rig.start({ runtime: `after-${processes++}` });
  await fresh.core.session.renew().catch(swallow);
  const signedIn = fresh.core.session.hasIdentity();
  const works = await fresh.client.programs.list().then(
    () => true,
    () => false,
  );
  await fresh.core.stop();
  return { signedIn, works };
}

/** Sessions that the portal counts and whose tokens this device does not have: places taken by nobody. */
function lostSessions(): number {
  const held = new Set(
    [...rig.entries.values()].flatMap((value) => {
      try {
        const parsed: unknown = JSON.parse(value);
        if (typeof parsed !== 'object' || parsed === null) return [];
        return Object.values(parsed).map((text) => hashOf(String(text)));
      } catch {
        return [];
      }
    }),
  );
  return rig.portal.sessions.filter((session) => !session.ended && !held.has(session.current)).length;
}

const scenarios: Scenario[] = [
  {
    name: 'the first sign-in',
    prepare: async () => {},
    act: (running) => rig.signIn(running),
    mayEndSignedOut: true,
  },
  {
    name: 'a sign-in with a choice of company',
    prepare: async () => {},
    async act(running) {
      await rig.signIn(running, 'marcos.vidal@condor.example');
      await running.client.setup.chooseAccount({ accountId: testIds.taller });
    },
    mayEndSignedOut: true,
  },
  {
    name: 'a rotation',
    async prepare() {
      await rig.signIn(await rig.start());
      rig.portal.expireAccess();
    },
    act: ({ client }) => client.people.listPools(),
    mayEndSignedOut: false,
  },
  {
    name: 'a sign-in over a session that works',
    async prepare() {
      await rig.signIn(await rig.start());
    },
    async act(running) {
      await running.client.setup.back();
      await running.client.setup.chooseMode({ mode: 'cloud-signin' });
      await rig.signIn(running);
    },
    mayEndSignedOut: false,
  },
  {
    name: 'a change from sign-in to a cloud key',
    async prepare() {
      await rig.signIn(await rig.start());
    },
    async act({ client }) {
      await client.setup.back();
      await client.setup.chooseMode({ mode: 'cloud-key' });
      await client.setup.enterKey({ key: testCloudKey });
    },
    mayEndSignedOut: false,
  },
  {
    name: 'a sign-out',
    async prepare() {
      await rig.signIn(await rig.start());
    },
    act: ({ client }) => client.session.signOut(),
    mayEndSignedOut: true,
  },
];

describe('killed between any two writes', () => {
  for (const scenario of scenarios) {
    test(`${scenario.name}: a fresh process is signed in, or signed out with nothing lost`, async () => {
      await scenario.prepare();
      const record = join(rig.paths.data, 'identity.json');
      const image = {
        entries: [...rig.entries],
        stored: { ...rig.stored.value },
        record: await readFile(record, 'utf8').catch(() => null),
      };
      const sessions = rig.portal.sessions.map((session) => ({
        ...session,
        rotated: new Map(session.rotated),
      }));
      async function restore(): Promise<void> {
        rig.entries.clear();
        for (const [name, value] of image.entries) rig.entries.set(name, value);
        rig.stored.value = { ...image.stored };
        if (image.record === null) await rm(record, { force: true });
        else await writeFile(record, image.record);
        rig.portal.sessions.splice(
          0,
          Infinity,
          ...sessions.map((session) => ({ ...session, rotated: new Map(session.rotated) })),
        );
        rig.portal.expireAccess();
      }
      const effects = await runMortal(scenario, Number.POSITIVE_INFINITY, 'before');
      expect(effects.length).toBeGreaterThan(2);
      for (let at = 0; at < effects.length; at++) {
        for (const moment of ['before', 'after'] as const) {
          await restore();
          const seen = await runMortal(scenario, at, moment);
          expect(seen, 'the same steps each time').toHaveLength(at + 1);
          const point = `${moment} effect ${at}, ${seen.at(-1)}`;
          const { signedIn, works } = await afterwards();
          expect(works, `${point}: signed in and working are one`).toBe(signedIn);
          if (!scenario.mayEndSignedOut) expect(signedIn, point).toBe(true);
          expect(lostSessions(), `${point}: sessions at the portal that nobody holds`).toBe(0);
        }
      }
    });
  }

  test('the scenarios do reach what they are about', async () => {
    const effects = await runMortal(scenarios[0] as Scenario, Number.POSITIVE_INFINITY, 'before');
    expect(effects).toEqual([
      'request',
      'answer',
      'set sign-in-token',
      'request',
      'answer',
      'settings',
      'set refresh-token',
      'delete sign-in-token',
    ]);
  });
});

test('a sign-in that a death left open, at a portal that is none any more by policy, is ended there and hinders nothing', async () => {
  const firstSignIn = scenarios[0] as Scenario;
  await runMortal(firstSignIn, 3, 'after');
  expect(rig.portal.liveSessions()).toHaveLength(1);
  const fresh = await rig.start({ locked: { portal: 'https://other.example' }, runtime: 'fixed' });
  await fresh.core.session.renew();
  expect(fresh.core.session.hasIdentity()).toBe(false);
  expect(rig.tokenEntries()).toEqual([]);
  expect(rig.portal.liveSessions()).toEqual([]);
});
