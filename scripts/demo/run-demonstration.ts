import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { invitedAdministrator } from '../../src/portal/demonstration.ts';
import { removeProfile } from '../../test/support/remove-profile.ts';
import { withoutKeychain } from '../../test/support/without-keychain.ts';
import { type Child, startChild } from '../start/child.ts';
import { isEvent, parseLine } from './parse-line.ts';
import { startPostOffice } from './post-office.ts';
import { setPasswordByMail } from './set-password-by-mail.ts';
import { pythonProgram, startProgram } from './start-program.ts';
import { stepLimit, takeStep } from './take-step.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cli = join(root, 'src/cli/index.ts');

/** The lease times of a minute, so that a lost link and its return are seen within seconds. Minutes in real life. */
const quickLeases = {
  LEASE_SECONDS: '20',
  RUN_ON_SECONDS: '60',
  COUNTDOWN_SECONDS: '15',
  HEARTBEAT_SECONDS: '1',
};

/** Longer than any password of a person, and never seen by one. */
const password = 'cuatro garzas vuelan sobre el puente';

/**
 * The main job, step by step, in processes of their own.
 *
 * @param options.say told each step as it happened
 * @returns what was counted: sign-ins by the portal's own log, programs by their own word
 * @throws when a step does not happen
 */
export async function runDemonstration({
  say,
  signal,
}: {
  say: (sentence: string) => void;
  signal: AbortSignal;
}): Promise<{ signIns: number; programs: number }> {
  const hasPython = spawnSync(pythonProgram, ['--version']).status === 0;
  if (!hasPython) say(`${pythonProgram} is not here: both programs are the one in TypeScript.`);
  // Its own each time: two demonstrations on one machine do not meet.
  const folder = await mkdtemp(join(tmpdir(), 'aldaba-demo-'));
  const profile = join(folder, 'profile');
  const children: Child[] = [];
  const post = await startPostOffice();
  let signIns = 0;
  /** The portal's, which programs and client trust. */
  let rootKey = '';

  function spawn(...given: Parameters<typeof startChild>): Child {
    signal.throwIfAborted();
    const child = startChild(...given);
    children.push(child);
    return child;
  }

  const step = <T>(what: string, happens: Promise<T>) => takeStep(what, happens, signal);

  async function startPortal(port: number): Promise<{ child: Child; url: string; rootKey: string }> {
    const child = spawn(
      join(root, 'src/portal/index.ts'),
      ['--demo', '--json', '--port', String(port), '--data', join(folder, 'portal')],
      {
        environment: { ...quickLeases, SMTP_URL: post.url, LOG_LEVEL: 'info' },
        onError(line) {
          const { operation, status } = parseLine(line);
          if (operation === 'sessions.signIn' && status === 200) signIns += 1;
        },
      },
    );
    const ready = parseLine(await step('the portal answers', child.line(isEvent('ready'))));
    return { child, url: String(ready.url), rootKey: String(ready.rootKey) };
  }

  /** Runs one command of the client's command line; `input` goes to its standard input. */
  async function aldaba(args: string[], input?: string): Promise<Record<string, unknown>> {
    const lines: string[] = [];
    const command = spawn(cli, [...args, '--json', '--profile', profile], {
      environment: { ...withoutKeychain, ALDABA_DEVELOPMENT_ROOT: rootKey },
      onLine: (line) => void lines.push(line),
      ...(input === undefined ? {} : { input }),
    });
    await step(`aldaba ${args[0]} ends`, command.exited);
    return parseLine(lines.at(-1) ?? '');
  }

  async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + stepLimit;
    while (!(await isSo())) {
      signal.throwIfAborted();
      if (performance.now() > deadline)
        throw new Error(`in ${stepLimit / 1000} s it did not happen that ${what}`);
      await pause(200);
    }
  }

  try {
    const portal = await startPortal(0);
    rootKey = portal.rootKey;
    say(`The portal answers at ${portal.url}, with the demonstration company.`);
    await step(
      'a password is set by mail',
      setPasswordByMail({ portal: portal.url, email: invitedAdministrator, password, post }),
    );
    say(`The link in the mail to ${invitedAdministrator} set a password.`);

    const agent = spawn(cli, ['agent', '--json', '--profile', profile], {
      environment: { ...withoutKeychain, ALDABA_DEVELOPMENT_ROOT: rootKey },
    });
    await step('the client runs', agent.line(isEvent('ready')));
    await aldaba(['setup', '--mode', 'cloud-signin', '--portal', portal.url]);
    say('The client runs and knows its portal; nobody has signed in.');

    const programOptions = { rootKey, runtime: join(profile, 'run') };
    const first = startProgram('typescript', 'viga', programOptions);
    children.push(first.child);
    await until('the first program waits for the sign-in', async () => {
      const { uses } = await aldaba(['status']);
      return Array.isArray(uses) && uses.some(({ state }) => state === 'waiting');
    });
    say('The first program (TypeScript) asks. It waits for the sign-in.');
    const signedIn = await aldaba(['sign-in', '--email', invitedAdministrator], `${password}\n`);
    if (signedIn.ok !== true) throw new Error(`signing in was refused: ${JSON.stringify(signedIn)}`);
    await step('the first program gets its license', first.licensed());
    say('Signed in once. The first program verified its license and computes.');

    const second = startProgram(hasPython ? 'python' : 'typescript', 'zapata', programOptions);
    children.push(second.child);
    await step('the second program gets its license', second.licensed());
    say(`The second program (${hasPython ? 'Python' : 'TypeScript'}) started with no question.`);

    const { port } = new URL(portal.url);
    await portal.child.kill();
    await until(
      'the client notices that the portal is gone',
      async () => (await aldaba(['status'])).connection === 'offline',
    );
    if (!first.computes() || !second.computes())
      throw new Error('a program stopped computing without the portal');
    say('The portal is cut off. Both programs keep computing.');

    const before = validity(await aldaba(['status']));
    const again = await startPortal(Number(port));
    await until('both leases are renewed', async () => {
      // By itself the client asks again after a pause that grew; somebody who uses it finds at once that the portal is back.
      await aldaba(['programs', 'list']);
      const now = validity(await aldaba(['status']));
      return ['viga', 'zapata'].every((product) => (now.get(product) ?? '') > (before.get(product) ?? ''));
    });
    say('The portal is back. Both leases are renewed.');

    const programs = [first, second].filter((program) => program.computes()).length;
    await step('both programs give their licenses back', Promise.all([first.end(), second.end()]));
    await until('every seat is free', async () => {
      const { pools } = await aldaba(['seats', 'list']);
      return (
        Array.isArray(pools) &&
        pools.filter(({ kind }) => kind === 'floating').every(({ used }) => used === 0)
      );
    });
    say('Both programs ended. Every seat is free again.');
    await agent.stop();
    await again.child.stop();
    say('Client and portal ended in order.');
    return { signIns, programs };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await post.close();
    await removeProfile(profile);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Until when each product's license is good, as the client says. */
function validity(status: Record<string, unknown>): Map<string, string> {
  const licenses = Array.isArray(status.licenses) ? status.licenses : [];
  return new Map(licenses.map(({ product, until }) => [String(product), String(until ?? '')]));
}
