import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrokerLicense } from '../../src/contract/broker.ts';
import type { Use } from '../../src/contract/client/state.ts';
import type { Mode } from '../../src/contract/primitives.ts';
import { createDevice } from '../../src/core/device/device.ts';
import { createLicenses, type LicensesOptions } from '../../src/core/licenses/create-licenses.ts';
import { type LicenseRecord, licenseRecordSchema } from '../../src/core/licenses/license-record.ts';
import { createProcessLock, type ProcessLock } from '../../src/core/lock/process-lock.ts';
import type { Device, Licenses, Parts } from '../../src/core/parts.ts';
import { initialState } from '../../src/core/state/initial-state.ts';
import { createStateStore } from '../../src/core/state/state-store.ts';
import { becomes } from '../support/becomes.ts';
import { testStart } from './clock.ts';
import { createTestPorts, type TestPorts } from './ports.ts';
import { createSeatPortal, type SeatPortal } from './seat-portal.ts';
import { createTestSession, type TestSession } from './session.ts';

/** Licensing of one device over fakes of the portal and of the person; `boot` again plays the next process of the same profile. */
export interface LicensingRig {
  readonly ports: TestPorts;
  readonly portal: SeatPortal;
  session: TestSession;
  device: Device;
  licenses: Licenses;
  parts: Parts;
  /** What listeners heard, in order. */
  readonly heard: { product: string; license: BrokerLicense }[];
  boot(options?: LicensesOptions): Promise<void>;
  use(program: string, change?: Partial<Use>): Use;
  acquire(use: Use, options?: { interactive?: boolean; signal?: AbortSignal }): Promise<BrokerLicense>;
  /** The product's file; null when there is none. */
  record(product: string): Promise<LicenseRecord | null>;
  files(): Promise<string[]>;
  /** Lets time pass in steps of at most `step` ms, so that what each timer starts is written before the next one. */
  pass(ms: number, step?: number): Promise<void>;
  remove(): Promise<void>;
}

export async function createLicensingRig(
  options: {
    mode?: Mode | null;
    identity?: boolean;
    /** The portal's time is right whatever this device's clock is set to; unless set, a jump of the clock moves both. */
    portalKeepsTime?: boolean;
  } = {},
): Promise<LicensingRig> {
  const ports = await createTestPorts();
  const rightTime = { ...ports.clock, now: () => testStart + ports.clock.sinceBoot() };
  const portal = await createSeatPortal(
    options.portalKeepsTime === true ? rightTime : ports.clock,
    () => rig.device.thumbprint,
    undefined,
    ports.clock,
  );
  const session = createTestSession(
    options.mode === undefined ? 'cloud-signin' : options.mode,
    options.identity ?? true,
  );
  const folder = join(ports.paths.data, 'licenses');
  const heard: LicensingRig['heard'] = [];
  let underWay = 0;

  /** Whatever is written is written under the lock, which therefore knows what is under way. */
  function watched(lock: ProcessLock): ProcessLock {
    return {
      ...lock,
      run: async (...args) => {
        underWay += 1;
        try {
          return await lock.run(...args);
        } finally {
          underWay -= 1;
        }
      },
    };
  }

  function makeParts(): Parts {
    const lock = watched(createProcessLock(ports.paths.runtime));
    const device = createDevice({
      secrets: ports.secrets,
      hardware: ports.hardware,
      lock,
      data: ports.paths.data,
    });
    return {
      ports: { ...ports, rootKeys: portal.rootKeys },
      device,
      gateway: portal.gateway,
      session: rig.session,
      state: createStateStore(initialState(ports), ports.clock),
      lock,
    };
  }

  const rig: LicensingRig = {
    ports,
    portal,
    session,
    heard,
    // Set by the first boot.
    device: undefined as unknown as Device,
    licenses: undefined as unknown as Licenses,
    parts: undefined as unknown as Parts,
    async boot(licensesOptions = {}) {
      portal.nextProcess();
      rig.parts = makeParts();
      rig.device = rig.parts.device;
      rig.licenses = createLicenses(rig.parts, { random: () => 0.5, ...licensesOptions });
      rig.licenses.onChange((product, license) => void heard.push({ product, license }));
      await rig.licenses.start();
    },
    use: (program, change = {}) => ({
      id: randomUUID(),
      program,
      version: '2026.1',
      since: new Date(ports.clock.now()).toISOString(),
      state: 'waiting',
      ...change,
    }),
    acquire: (use, { interactive = true, signal = new AbortController().signal } = {}) =>
      rig.licenses.acquire({ ...use, features: [], interactive }, signal),
    async record(product) {
      const text = await readFile(join(folder, `${product}.json`), 'utf8').catch(() => null);
      return text === null ? null : licenseRecordSchema.parse(JSON.parse(text));
    },
    files: () => readdir(folder).catch(() => []),
    async pass(ms, step = 30_000) {
      for (let left = ms; left > 0; left -= step) {
        await ports.clock.advance(Math.min(left, step));
        await quiet();
      }
    },
    async remove() {
      await rig.licenses.stop();
      await ports.remove();
    },
  };

  /** Until the files are as they will stay: what a timer started has been written. */
  async function quiet(): Promise<void> {
    let last = '';
    await becomes(async () => {
      const now = JSON.stringify([
        portal.calls.length,
        await Promise.all((await rig.files()).map((name) => readFile(join(folder, name), 'utf8'))),
      ]);
      const same = now === last;
      last = now;
      if (!same || underWay > 0) throw new Error('still writing');
    }, 3);
  }

  await rig.boot();
  return rig;
}
