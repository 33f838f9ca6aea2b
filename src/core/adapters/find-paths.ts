import { posix, win32 } from 'node:path';
import type { Paths } from '../ports/paths.ts';

export interface PathSurroundings {
  platform: NodeJS.Platform;
  environment: Readonly<Record<string, string | undefined>>;
  /** The person's home folder, absolute. */
  home: string;
  /** Folder that holds a whole profile, absolute; null: the usual places of the system. */
  profile: string | null;
}

/**
 * Where a profile lives: one given folder, or what each system prescribes: XDG Base Directory Specification 0.8 (a relative value counts as
 * absent), Known Folders of Windows, File System Programming Guide of macOS. Nothing is created.
 */
export function findPaths({ platform, environment, home, profile }: PathSurroundings): Paths {
  const path = platform === 'win32' ? win32 : posix;
  const given = (name: string, otherwise: string): string => {
    const value = environment[name];
    return value !== undefined && path.isAbsolute(value) ? value : otherwise;
  };
  if (profile !== null) {
    return {
      config: path.join(profile, 'config'),
      data: path.join(profile, 'data'),
      runtime: path.join(profile, 'run'),
      downloads: path.join(profile, 'downloads'),
      logs: path.join(profile, 'logs'),
    };
  }
  if (platform === 'win32') {
    const roaming = path.join(given('APPDATA', path.join(home, 'AppData', 'Roaming')), 'Aldaba');
    const local = path.join(given('LOCALAPPDATA', path.join(home, 'AppData', 'Local')), 'Aldaba');
    return {
      config: roaming,
      data: path.join(local, 'data'),
      runtime: path.join(local, 'run'),
      downloads: path.join(home, 'Downloads'),
      logs: path.join(local, 'logs'),
    };
  }
  if (platform === 'darwin') {
    const support = path.join(home, 'Library', 'Application Support', 'Aldaba');
    return {
      config: support,
      data: path.join(support, 'data'),
      runtime: path.join(support, 'run'),
      downloads: path.join(home, 'Downloads'),
      logs: path.join(home, 'Library', 'Logs', 'Aldaba'),
    };
  }
  const data = path.join(given('XDG_DATA_HOME', path.join(home, '.local', 'share')), 'aldaba');
  const state = path.join(given('XDG_STATE_HOME', path.join(home, '.local', 'state')), 'aldaba');
  return {
    config: path.join(given('XDG_CONFIG_HOME', path.join(home, '.config')), 'aldaba'),
    data,
    // Not below $XDG_RUNTIME_DIR, which cron, `su` and containers do not know and which goes when its person logs out: whoever works with the
    // same leases has to find the same locks and the same client.
    runtime: path.join(data, 'run'),
    downloads: given('XDG_DOWNLOAD_DIR', path.join(home, 'Downloads')),
    logs: path.join(state, 'logs'),
  };
}

/**
 * The machine-wide policy file, which only an administrator can write; on Windows once an administrator made its folder (docs/deployment.md).
 * Without native code, Windows tells that folder by the environment alone.
 */
export function findPolicyFile(
  platform: NodeJS.Platform,
  environment: PathSurroundings['environment'],
): string {
  if (platform === 'win32') {
    return win32.join(
      environment.ProgramData ?? environment.PROGRAMDATA ?? 'C:\\ProgramData',
      'Aldaba',
      'policy.json',
    );
  }
  return platform === 'darwin'
    ? '/Library/Application Support/Aldaba/policy.json'
    : '/etc/aldaba/policy.json';
}
