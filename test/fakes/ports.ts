import { AldabaError } from '../../src/contract/errors.ts';
import type { Ports } from '../../src/core/ports/index.ts';
import { createFixedClock, type FixedClock } from './clock.ts';
import { createFixedHardware } from './hardware.ts';
import { createMemoryLog } from './log.ts';
import { createRecordingOpener, type RecordingOpener } from './opener.ts';
import { createTempPaths } from './paths.ts';
import { createMemorySecrets, type MemorySecrets } from './secrets.ts';
import { createMemorySettings } from './settings.ts';

export interface TestPorts extends Ports {
  clock: FixedClock;
  secrets: MemorySecrets;
  opener: RecordingOpener;
  log: ReturnType<typeof createMemoryLog>;
  hardware: ReturnType<typeof createFixedHardware>;
  paths: Awaited<ReturnType<typeof createTempPaths>>;
  remove(): Promise<void>;
}

/** A network that is not there: every request fails as it does with the cable out. */
export const noNetwork: Ports['http'] = {
  fetch: async () => {
    throw new AldabaError('network-offline', 'no network in this test');
  },
  close: async () => {},
};

/** Every port as a fake over an empty temporary profile; give what the test wants otherwise. Call `remove` at the end. */
export async function createTestPorts(overrides: Partial<Ports> = {}): Promise<TestPorts> {
  const paths = await createTempPaths();
  return {
    clock: createFixedClock(),
    secrets: createMemorySecrets(),
    settings: createMemorySettings(),
    http: noNetwork,
    hardware: createFixedHardware(),
    opener: createRecordingOpener(),
    log: createMemoryLog(),
    paths,
    client: { version: '0.1.0', shell: 'test' },
    rootKeys: [],
    ...overrides,
    remove: () => paths.remove(),
  } as TestPorts;
}
