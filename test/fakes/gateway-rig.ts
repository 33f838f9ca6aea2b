import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorDataSchema } from '../../src/contract/errors.ts';
import { createSystemClock } from '../../src/core/adapters/system-clock.ts';
import { createUndiciHttp, type UndiciHttpOptions } from '../../src/core/adapters/undici-http.ts';
import { createDevice } from '../../src/core/device/device.ts';
import { createGateway, noAccess } from '../../src/core/gateway/gateway.ts';
import { createProcessLock } from '../../src/core/lock/process-lock.ts';
import type { Gateway } from '../../src/core/parts.ts';
import type { Http } from '../../src/core/ports/http.ts';
import { closeServers, startServer } from '../support/odd-server.ts';
import { createFixedHardware } from './hardware.ts';
import { createMemoryLog } from './log.ts';
import { createMemorySecrets } from './secrets.ts';

export type Answer = Parameters<typeof startServer>[0];

/** What a call ended with, and which contacts with the portal the gateway told of. */
export interface Fault {
  code: unknown;
  detail: unknown;
  file: unknown;
  contacts: unknown[];
}

/** The gateway over a real network, in front of servers that a test starts with `startServer` and `startRaw`. */
export interface GatewayRig {
  /** For files of the test. */
  readonly folder: string;
  /** Without proxy and foreign authorities. */
  network(change?: Partial<UndiciHttpOptions>): Http;
  /** Nobody is signed in unless `access` says so. */
  gatewayTo(address: string, http?: Http, access?: typeof noAccess, closing?: AbortSignal): Gateway;
  /** What a call to this address ends with. */
  faultFrom(address: string, http?: Http): Promise<Fault>;
  /** What a call to a server that answers so ends with. */
  faultOf(answer: Answer, http?: Http): Promise<Fault>;
  /** @returns a file with this certificate, for `extraCaFile` */
  authorityFile(pem: string): Promise<string>;
  remove(): Promise<void>;
}

/** For servers that say nothing: short for a test, and too short for one that a busy machine keeps from answering. */
export const impatient = { timeouts: { connect: 10_000, headers: 400, body: 400 } };
export const signedIn = { token: async () => 'dG9rZW4', replace: async () => null, ended: async () => {} };
export const json = { 'content-type': 'application/json' };
/** A portal without roles. */
export const answerRoles: Answer = (_request, response) =>
  response.writeHead(200, json).end('{"roles":[],"helpUrl":"https://portal.example/help"}');

export async function createGatewayRig(): Promise<GatewayRig> {
  const folder = await mkdtemp(join(tmpdir(), 'aldaba-gateway-'));
  const open: Http[] = [];
  const rig: GatewayRig = {
    folder,
    network(change = {}) {
      const http = createUndiciHttp({
        network: () => ({ proxy: null, extraCaFile: null }),
        ...change,
      });
      open.push(http);
      return http;
    },
    gatewayTo(address, http = rig.network(), access = noAccess, closing) {
      const device = createDevice({
        secrets: createMemorySecrets(),
        hardware: createFixedHardware(),
        lock: createProcessLock(folder),
        data: folder,
      });
      const clock = createSystemClock();
      const needs = { http, device, clock, log: createMemoryLog(), access };
      return createGateway({ ...needs, address: () => address, ...(closing && { closing }) });
    },
    async faultFrom(address, http) {
      const gateway = rig.gatewayTo(address, http, signedIn);
      const contacts: unknown[] = [];
      gateway.onContact((contact) => contacts.push(contact.ok ? 'ok' : contact.problem.code));
      const error: unknown = await gateway.portal.people.listRoles().catch((thrown: unknown) => thrown);
      if (!(error instanceof Error) || !('code' in error))
        throw new Error(`ended with ${JSON.stringify(error)}`);
      const data = errorDataSchema.parse('data' in error ? error.data : undefined);
      return { code: error.code, detail: data?.detail, file: data?.file, contacts };
    },
    faultOf: async (answer, http) => rig.faultFrom((await startServer(answer)).address, http),
    async authorityFile(pem) {
      const file = join(folder, 'ca.pem');
      await writeFile(file, pem);
      return file;
    },
    async remove() {
      await Promise.all(open.map((http) => http.close()));
      await closeServers();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return rig;
}
