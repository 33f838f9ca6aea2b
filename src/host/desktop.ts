import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { AldabaError } from '../contract/errors.ts';

/** The desktop's own way to open things, where there is a desktop. */
export interface Desktop {
  /** A file with its program, or an address with the browser. Throws `open-failed`. */
  open(target: string): Promise<void>;
  showInFolder(path: string): Promise<void>;
  /** false: nothing that is opened could be seen. */
  readonly present: boolean;
}

type Run = (program: string, args: readonly string[]) => Promise<void>;

/**
 * @param environment of the process: on Unix a desktop shows itself by its display
 * @param run starts a program and resolves when it runs; for tests
 */
export function createDesktop(
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
  run: Run = start,
): Desktop {
  const present =
    platform === 'win32' ||
    platform === 'darwin' ||
    Boolean(environment.DISPLAY) ||
    Boolean(environment.WAYLAND_DISPLAY);
  const launch = async (target: string, program: string, ...args: string[]) => {
    if (!present) throw new AldabaError('open-failed', 'this machine has no desktop', { file: target });
    await run(program, args).catch((error: unknown) => {
      throw new AldabaError('open-failed', `${program} did not start`, { file: target }, { cause: error });
    });
  };
  return {
    present,
    open(target) {
      // Not `cmd /c start`: a shell would read characters of the address as its own.
      if (platform === 'win32') return launch(target, 'rundll32.exe', 'url.dll,FileProtocolHandler', target);
      return launch(target, platform === 'darwin' ? '/usr/bin/open' : 'xdg-open', target);
    },
    showInFolder(path) {
      if (platform === 'win32') return launch(path, 'explorer.exe', `/select,${path}`);
      if (platform === 'darwin') return launch(path, '/usr/bin/open', '-R', path);
      return launch(path, 'xdg-open', dirname(path));
    },
  };
}

function start(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true });
    child.once('error', reject);
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}
