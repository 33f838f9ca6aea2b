import { afterAll, beforeAll, expect, test } from 'vitest';
import { languages, prepareExamples } from './broker-support/example-commands.ts';
import {
  type ClientProcess,
  createProfile,
  type PortalProcess,
  type ProgramProcess,
  runProgram,
  startClient,
  startPortal,
} from './broker-support/processes.ts';

/** Seconds instead of minutes, so that a lost link can be lived through. */
const licensing = { lease: 4, runOn: 8, countdown: 4, heartbeat: 1 };

let examples: Awaited<ReturnType<typeof prepareExamples>>;
let profile: Awaited<ReturnType<typeof createProfile>>;
let portal: PortalProcess;
let client: ClientProcess;
let programs: ProgramProcess[] = [];

beforeAll(async () => {
  [examples, profile, portal] = await Promise.all([
    prepareExamples(),
    createProfile(),
    startPortal(licensing),
  ]);
  client = await startClient(profile.path, portal.relay.url, portal.rootKey);
});
afterAll(async () => {
  for (const program of programs) program.kill();
  await client.stop();
  await portal.stop();
  await profile.remove();
  await examples.remove();
});

/** What a program said of its license. */
const said = ({ lines }: ProgramProcess) =>
  lines.filter(({ event }) => event === 'license' || event === 'changed');
const lastOf = (program: ProgramProcess) => said(program).at(-1);
const all = (like: object) => () =>
  Promise.all(
    programs.map((program) => expect.poll(() => lastOf(program), { interval: 50 }).toMatchObject(like)),
  );
/** Until every program has said so, in what it said last by now or since: also what lasts only for seconds. */
function fromNowOn(): (like: object) => Promise<unknown> {
  const marks = programs.map((program) => said(program).length - 1);
  return (like) =>
    Promise.all(
      programs.map((program, index) =>
        expect
          .poll(() => said(program).slice(marks[index]), { interval: 50 })
          .toContainEqual(expect.objectContaining(like)),
      ),
    );
}

test('the portal is cut off: every program renews, runs on, counts down, opens and saves only, and computes again when it is back', async () => {
  const products = ['viga', 'portico', 'zapata'];
  programs = languages.map((language, index) =>
    runProgram(examples.commands[language], [
      ...['--program', products[index] ?? 'viga', '--language', 'en'],
      ...[`--root-key=${portal.rootKey}`, '--runtime', client.runtime, '--start-command', ''],
    ]),
  );
  await expect.poll(() => client.windows).toEqual(['sign-in']);
  await client.signIn(portal);
  await all({ permit: 'full', verified: true })();
  // A renewal came: another document, verified as well.
  await Promise.all(programs.map((program) => program.line('changed', { state: 'active', verified: true })));

  const cutOff = fromNowOn();
  await portal.relay.cut();
  await cutOff({
    state: 'run-on',
    permit: 'full',
    verified: true,
    may: ['open', 'save', 'export', 'compute'],
  });
  await all({
    state: 'read-only',
    permit: 'read-only',
    reason: 'network-offline',
    may: ['open', 'save', 'export'],
  })();
  for (const program of programs) {
    expect(program.child.exitCode).toBeNull();
    expect(lastOf(program)?.message).toMatch(
      /^Read only: you can open, save and export, but not compute\. Reason: /,
    );
  }

  const mended = fromNowOn();
  await portal.relay.mend();
  // Left to itself, the client may wait for longer than a test by now.
  await client.check();
  await mended({
    state: 'active',
    permit: 'full',
    verified: true,
    may: ['open', 'save', 'export', 'compute'],
  });
  expect(client.windows).toEqual(['sign-in']);

  // The client ends and nothing comes in its place: no more is computed than the last document allows.
  await client.kill();
  await Promise.all(programs.map((program) => program.line('lost')));
  await all({ reason: 'over', permit: 'read-only', may: ['open', 'save', 'export'] })();
  for (const program of programs) expect(program.child.exitCode).toBeNull();

  for (const program of programs) program.interrupt();
  expect(await Promise.all(programs.map((program) => program.exit))).toEqual(programs.map(() => 0));
});
