import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { invitedAdministrator } from '../../src/portal/demonstration.ts';
import { type Child, startChild } from '../start/child.ts';
import { isEvent, parseLine } from './parse-line.ts';
import { startPostOffice } from './post-office.ts';
import { setPasswordByMail } from './set-password-by-mail.ts';
import { startProgram } from './start-program.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, '.aldaba', 'demo');
const profile = join(folder, 'profile');
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

/** Milliseconds that a step may take; a slow machine takes a tenth. */
const stepLimit = 60_000;

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
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const children: Child[] = [];
  const post = await startPostOffice();
  let signIns = 0;

  async function startPortal(port: number): Promise<{ child: Child; url: string; rootKey: string }> {
    const child = startChild(
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
    children.push(child);
    const { url, rootKey } = parseLine(await child.line(isEvent('ready')));
    return { child, url: String(url), rootKey: String(rootKey) };
  }

  /** Runs one command of the client's command line; `input` goes to its standard input. */
  async function aldaba(args: string[], input?: string): Promise<Record<string, unknown>> {
    const lines: string[] = [];
    const command = startChild(cli, [...args, '--json', '--profile', profile], {
      environment: { ALDABA_DEVELOPMENT_ROOT: portal.rootKey },
      onLine: (line) => void lines.push(line),
      ...(input === undefined ? {} : { input }),
    });
    await command.exited;
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

  const portal = await startPortal(0);
  try {
    say(`The portal answers at ${portal.url}, with the demonstration company.`);
    await setPasswordByMail({ portal: portal.url, email: invitedAdministrator, password, post });
    say(`The link in the mail to ${invitedAdministrator} set a password.`);

    const agent = startChild(cli, ['agent', '--wait', '--json', '--profile', profile], {
      environment: { ALDABA_DEVELOPMENT_ROOT: portal.rootKey },
    });
    children.push(agent);
    await agent.line(isEvent('ready'));
    await aldaba(['setup', '--mode', 'cloud-signin', '--portal', portal.url]);
    say('The client runs and knows its portal; nobody has signed in.');

    const programOptions = { rootKey: portal.rootKey, runtime: join(profile, 'run') };
    const first = startProgram('typescript', 'viga', programOptions);
    children.push(first.child);
    await until('the first program waits for the sign-in', async () => {
      const { uses } = await aldaba(['status']);
      return Array.isArray(uses) && uses.some(({ state }) => state === 'waiting');
    });
    say('The first program (TypeScript) asks. It waits for the sign-in.');
    const signedIn = await aldaba(['sign-in', '--email', invitedAdministrator], `${password}\n`);
    if (signedIn.ok !== true) throw new Error(`signing in was refused: ${JSON.stringify(signedIn)}`);
    await first.licensed();
    say('Signed in once. The first program verified its license and computes.');

    const second = startProgram('python', 'zapata', programOptions);
    children.push(second.child);
    await second.licensed();
    say('The second program (Python) started with no question.');

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
      const now = validity(await aldaba(['status']));
      return ['viga', 'zapata'].every((product) => (now.get(product) ?? '') > (before.get(product) ?? ''));
    });
    say('The portal is back. Both leases are renewed.');

    const programs = [first, second].filter((program) => program.computes()).length;
    await Promise.all([first.end(), second.end()]);
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
  }
}

/** Until when each product's license is good, as the client says. */
function validity(status: Record<string, unknown>): Map<string, string> {
  const licenses = Array.isArray(status.licenses) ? status.licenses : [];
  return new Map(licenses.map(({ product, until }) => [String(product), String(until ?? '')]));
}
