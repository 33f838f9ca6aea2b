import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Child, startChild } from '../../scripts/start/child.ts';
import { removeProfile } from '../support/remove-profile.ts';
import { needs } from '../support/skip.ts';

const program = join(import.meta.dirname, '../../src/host/index.ts');

let profile: string;
let host: Child | undefined;
beforeEach(async () => {
  profile = await mkdtemp(join(tmpdir(), 'aldaba-host-ends-'));
});
afterEach(async () => {
  await host?.kill();
  host = undefined;
  await removeProfile(profile);
});

test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends host mode in order: programs find nothing of it any more',
  async (signal, context) => {
    needs(context, process.platform !== 'win32', 'on Windows a signal from outside kills');
    host = startChild(program, ['--json', '--no-open', '--profile', profile]);
    await host.line((line) => line.startsWith('{'));
    expect(await readdir(join(profile, 'run'))).toContain('broker.json');
    process.kill(host.pid, signal);
    expect(await host.exited).toBe(0);
    expect(await readdir(join(profile, 'run'))).toEqual(['locks']);
  },
);
