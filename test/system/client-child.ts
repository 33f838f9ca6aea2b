import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { createFileSecrets } from '../../src/core/adapters/file-secrets.ts';
import { openSettings } from '../../src/core/adapters/file-settings.ts';
import { findPaths } from '../../src/core/adapters/find-paths.ts';
import { createSystemHardware } from '../../src/core/adapters/hardware/system-hardware.ts';
import { createSystemClock } from '../../src/core/adapters/system-clock.ts';
import { createUndiciHttp } from '../../src/core/adapters/undici-http.ts';
import { createCore } from '../../src/core/create-core.ts';
import { createProcessLock } from '../../src/core/lock/process-lock.ts';
import { createRecordingOpener } from '../fakes/opener.ts';

/** What the parent is told, by `process.send`. */
export type ChildMessage =
  | { kind: 'started'; signedIn: boolean }
  | { kind: 'signed-in' }
  | { kind: 'called' }
  | { kind: 'received'; bytes: number }
  | { kind: 'ready'; path: string }
  | { kind: 'failed'; code: string };

/**
 * A client process over real adapters and files, for tests that kill it: `profile portal email password rootKeys job`, where a job is
 * `sign-in` (and then calls without end), `check` (one call) or `download:<release>`.
 */
const [profile = '', portal = '', email = '', password = '', rootKeys = '', job = ''] = process.argv.slice(2);

function tell(message: ChildMessage): void {
  process.send?.(message);
}

const log = { debug() {}, info() {}, warn() {}, error() {} };
const none = { values: {}, problems: [] };
const paths = findPaths({ platform: process.platform, environment: {}, home: profile, profile });
const settings = await openSettings({
  folder: paths.config,
  policyFile: join(profile, 'policy.json'),
  commandLine: none,
  environment: none,
  lock: createProcessLock(join(paths.runtime, 'locks')),
  log,
});
const core = createCore({
  clock: createSystemClock(),
  secrets: createFileSecrets(join(paths.data, 'secrets')),
  settings,
  http: createUndiciHttp({ network: () => ({ proxy: null, extraCaFile: null }) }),
  hardware: createSystemHardware({ platform: process.platform, hostName: 'puesto-07' }),
  opener: createRecordingOpener(),
  log,
  paths,
  client: { version: '0.1.0', shell: 'test' },
  rootKeys: rootKeys.split(','),
});
const client = createRouterClient(core.router);
await core.start();
tell({ kind: 'started', signedIn: core.session.hasIdentity() });

async function signIn(): Promise<void> {
  await core.session.renew().catch(() => undefined);
  if (core.session.hasIdentity()) return;
  if (core.state.get().setup.step === 'choose-mode') {
    await client.setup.chooseMode({ mode: 'cloud-signin' });
    await client.setup.setPortal({ address: portal });
  }
  await client.setup.signIn({ email, password });
}

async function work(): Promise<void> {
  if (job === 'check') {
    await core.session.renew();
    await client.people.listRoles();
    tell({ kind: 'called' });
    return;
  }
  await signIn();
  tell({ kind: 'signed-in' });
  if (job === 'sign-in') {
    for (;;) {
      await client.people.listRoles();
      tell({ kind: 'called' });
    }
  }
  const releaseId = job.slice('download:'.length);
  await client.programs.download({ releaseId });
  for await (const { downloads } of await client.state.watch()) {
    const [download] = downloads;
    if (download?.state === 'ready') return tell({ kind: 'ready', path: download.path ?? '' });
    if (download?.state === 'failed')
      throw Object.assign(new Error('failed'), { code: download.problem?.code });
    if (download !== undefined && download.received > 0) tell({ kind: 'received', bytes: download.received });
  }
}

try {
  await work();
} catch (error) {
  tell({
    kind: 'failed',
    code: error instanceof Error && 'code' in error ? String(error.code) : String(error),
  });
}
await core.stop();
process.exit(0);
