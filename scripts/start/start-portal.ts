import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Child, ChildEnded, type startChild } from './child.ts';

export interface StartedPortal {
  readonly child: Child;
  readonly url: string;
  /** Public root key, JWK `x`. */
  readonly rootKey: string;
}

/**
 * The embedded portal with the demonstration company, kept in `folder`. It takes the port that it had the last time, so that a client that is
 * signed in stays so; when somebody else has that port, another one.
 *
 * @param spawn starts a program that is ended with the rest
 * @param onLog each line that it logs
 * @throws ChildEnded when it does not start on any port
 */
export async function startPortal(
  root: string,
  folder: string,
  spawn: typeof startChild,
  onLog: (line: string) => void,
): Promise<StartedPortal> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await waitForEnd(noteOf(folder));
  const note = join(folder, 'port');
  const last = Number(await readFile(note, 'utf8').catch(() => '0')) || 0;
  const started = await start(root, folder, last, spawn, onLog).catch((error: unknown) => {
    if (last === 0 || !(error instanceof ChildEnded)) throw error;
    return start(root, folder, 0, spawn, onLog);
  });
  await writeFile(note, new URL(started.url).port);
  await writeFile(noteOf(folder), String(started.child.pid));
  return started;
}

/** The portal has ended in order: nothing has to be waited for at the next start, when its number may be another program's. */
export async function forgetPortal(folder: string): Promise<void> {
  await rm(noteOf(folder), { force: true });
}

/** Says which process has the database. */
function noteOf(folder: string): string {
  return join(folder, 'pid');
}

async function start(
  root: string,
  folder: string,
  port: number,
  spawn: typeof startChild,
  onLog: (line: string) => void,
): Promise<StartedPortal> {
  const child = spawn(
    join(root, 'src/portal/index.ts'),
    ['--demo', '--json', '--port', String(port), '--data', folder],
    { environment: { LOG_LEVEL: 'warn', SMTP_URL: '', DATABASE_URL: '' }, onError: onLog },
  );
  try {
    const { url, rootKey } = JSON.parse(await child.line((line) => line.startsWith('{"event":"ready"')));
    return { child, url: String(url), rootKey: String(rootKey) };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/** The portal of a start that was killed ends by itself, in order; the next one must not open its database before that. */
async function waitForEnd(note: string): Promise<void> {
  const pid = Number(await readFile(note, 'utf8').catch(() => '0')) || 0;
  const deadline = performance.now() + 10_000;
  while (pid > 0 && isAlive(pid) && performance.now() < deadline) await pause(100);
  await rm(note, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
