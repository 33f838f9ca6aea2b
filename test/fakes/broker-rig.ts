import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type BrokerEndpoint, brokerEndpointSchema } from '../../src/contract/broker.ts';
import type { Use } from '../../src/contract/client/state.ts';
import { createBroker } from '../../src/core/broker/create-broker.ts';
import type { Broker } from '../../src/core/parts.ts';
import { connectProgram, type ProgramClient, type RpcError } from '../support/program-client.ts';
import { createLicensingRig, type LicensingRig } from './licensing-rig.ts';

/** Licensing of one device, listening on its endpoint, and programs that come to it. */
export interface BrokerRig extends LicensingRig {
  broker: Broker;
  /** Those that connected, in order. */
  readonly programs: readonly ProgramClient[];
  /** What the broker's file tells programs. */
  endpoint(): Promise<BrokerEndpoint>;
  connect(): Promise<ProgramClient>;
  /** Connects and says who it is. */
  start(name?: string, change?: Record<string, unknown>): Promise<ProgramClient>;
  uses(): readonly Use[];
}

export async function createBrokerRig(): Promise<BrokerRig> {
  const licensing = await createLicensingRig();
  const removeLicensing = licensing.remove;
  const programs: ProgramClient[] = [];
  const rig: BrokerRig = Object.assign(licensing, {
    broker: createBroker({ ...licensing.parts, licenses: licensing.licenses }),
    programs,
    async endpoint() {
      const file = await readFile(join(licensing.ports.paths.runtime, 'broker.json'), 'utf8');
      return brokerEndpointSchema.parse(JSON.parse(file));
    },
    async connect() {
      const { address, secret } = await rig.endpoint();
      const program = await connectProgram(address, secret);
      programs.push(program);
      return program;
    },
    async start(name = 'viga', change: Record<string, unknown> = {}) {
      const program = await rig.connect();
      await program.initialize(name, change);
      return program;
    },
    uses: () => licensing.parts.state.get().uses,
    async remove() {
      for (const program of programs) program.close();
      await rig.broker.stop();
      await removeLicensing();
    },
  });
  await rig.broker.start();
  return rig;
}

/** What a request was refused with. */
export async function refusalOf(answer: Promise<unknown>): Promise<RpcError> {
  const error = await answer.then(
    () => expect.fail('was not refused'),
    (thrown) => thrown,
  );
  return error.rpc;
}
