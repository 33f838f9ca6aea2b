import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { MessagePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { expect } from 'vitest';
import type { ClientContract } from '../../src/contract/client.ts';
import { createFakeElectron, type FakeElectron, type FakeOptions } from '../fakes/electron/index.ts';
import { becomes } from '../support/becomes.ts';
import { removeProfile } from '../support/remove-profile.ts';
import { loadMain } from './load-main.ts';

/** Boots the built bundle on a profile of its own, as `aldaba --profile=… ` would; `own`: on the person's, which the environment says. */
export async function boot(
  folder: string,
  options: Partial<FakeOptions> & { argv?: string[]; bundle?: string; own?: boolean } = {},
): Promise<FakeElectron> {
  const { argv = [], bundle, own = false, ...rest } = options;
  const booted = createFakeElectron({ folder, ...rest });
  const before = process.argv;
  process.argv = ['electron', '.', ...(own ? [] : [`--profile=${folder}`]), ...argv];
  await loadMain(booted, bundle);
  process.argv = before;
  return booted;
}

/** Boots on a new profile, until the window and the tray are there. */
export async function bootOnNewProfile(): Promise<{
  readonly folder: string;
  readonly electron: FakeElectron;
  remove(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'aldaba-boot-'));
  const electron = await boot(folder);
  await electron.becomeReady();
  await becomes(() => expect(electron.trays).toHaveLength(1));
  return {
    folder,
    electron,
    async remove() {
      await quit(electron);
      await removeProfile(folder);
    },
  };
}

/** Quits as the person does, and waits for what the quit waits for. */
export async function quit(booted: FakeElectron): Promise<void> {
  booted.app.quit();
  await becomes(() => expect(booted.hasQuit()).toBe(true));
}

/** The client's procedures over a window's end of a port. */
export function speak(port: MessagePort): ContractRouterClient<ClientContract> {
  const client: ContractRouterClient<ClientContract> = createORPCClient(new RPCLink({ port }));
  port.start();
  return client;
}
