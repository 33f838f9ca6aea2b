import type { AppState, Download } from '../../../../src/contract/client/state.ts';
import type { FakeCore } from '../fake-core.ts';
import { releases } from '../programs.ts';
import { engineerProfile, offline, problem, signedInState } from '../states.ts';
import type { Scenario } from './scenario.ts';

const desktop: AppState['client'] = { ...signedInState.client, shell: 'electron' };

/** The download of the release with this number in the list. */
export function download(number: number, change: Partial<Download>): Download {
  const release = releases[number];
  if (release === undefined) throw new Error(`no release ${number}`);
  return {
    releaseId: release.id,
    fileName: release.fileName,
    state: 'downloading',
    received: Math.round(release.size * 0.43),
    size: release.size,
    rate: 0,
    path: null,
    problem: null,
    ...change,
  };
}

function ready(number: number): Download {
  const { size, fileName } = download(number, {});
  return download(number, {
    state: 'ready',
    received: size,
    path: `C:\\Users\\lucia.ferrer\\Downloads\\${fileName}`,
  });
}

function programs(
  name: string,
  change: Partial<AppState> = {},
  more: { prepare?: (core: FakeCore) => void; releases?: typeof releases } = {},
): Scenario {
  const { prepare, ...world } = more;
  return {
    name: `programs/${name}`,
    world: { state: { ...signedInState, ...change }, ...world },
    hash: '#/programs',
    ...(prepare === undefined ? {} : { prepare }),
  };
}

function failed(number: number, code: Parameters<typeof problem>[0], received?: number): Download {
  return download(number, {
    state: 'failed',
    problem: problem(code),
    ...(received === undefined ? {} : { received }),
  });
}

export const programsScenarios: readonly Scenario[] = [
  programs('list'),
  programs('engineer', { profile: engineerProfile }),
  programs('moving', {
    client: desktop,
    downloads: [
      download(0, { rate: 12_400_000 }),
      download(1, { state: 'paused' }),
      download(3, { state: 'verifying', received: 412_000_000 }),
      download(4, { problem: problem('network-timeout') }),
      ready(6),
    ],
  }),
  programs('ready-in-browser', { downloads: [ready(0), download(2, { rate: 8_100_000 })] }),
  programs('failed', {
    client: desktop,
    downloads: [
      failed(0, 'download-checksum', 0),
      failed(1, 'download-signature', 0),
      failed(3, 'disk-full'),
      failed(4, 'network-offline'),
      failed(6, 'open-failed'),
    ],
  }),
  programs('other-system', { client: { ...desktop, platform: 'macos' } }),
  programs('empty', {}, { releases: [] }),
  programs('loading', {}, { prepare: (core) => void core.hold('programs.list') }),
  programs('offline', { connection: offline }),
  programs(
    'error-offline',
    { connection: offline, client: desktop, downloads: [ready(0), download(1, { state: 'paused' })] },
    { prepare: (core) => core.refuse('programs.list', 'network-offline') },
  ),
  programs('error', {}, { prepare: (core) => core.refuse('programs.list', 'portal-html') }),
  programs('forbidden', {}, { prepare: (core) => core.refuse('programs.list', 'forbidden') }),
];
