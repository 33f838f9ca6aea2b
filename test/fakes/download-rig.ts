import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import type { Download } from '../../src/contract/client/state.ts';
import { type CoreRig, createCoreRig, type RunningCore } from './core-rig.ts';

/** A process in which somebody is signed in, and what becomes of its downloads. */
export interface DownloadRig extends CoreRig {
  readonly running: RunningCore;
  downloads(of?: RunningCore): readonly Download[];
  /** Until the first download is in this state. */
  settled(state: Download['state'], of?: RunningCore): Promise<void>;
  /** The same, letting time pass. */
  settledInTime(state: Download['state']): Promise<void>;
  /** Lets time pass until so many bytes are shown. */
  received(bytes: number): Promise<void>;
  /** Names in the download folder. */
  files(): Promise<string[]>;
  /**
   * The portal’s answers to file requests let so many bytes through and then break, or hold; `deaf` ones hold whatever becomes of the request.
   *
   * @returns the ranges that were asked for, and what lets a held answer go on
   */
  holdFilesAt(bytes: number, then: 'break' | 'hold' | 'deaf'): { from: string[]; release(): void };
}

export async function createDownloadRig(): Promise<DownloadRig> {
  const core = await createCoreRig();
  const running = await core.start();
  await core.signIn(running);
  const downloads = (of = running) => of.core.state.get().downloads;
  return Object.assign(core, {
    running,
    downloads,
    settled: (state: Download['state'], of = running) =>
      expect.poll(() => downloads(of)[0]?.state).toBe(state),
    settledInTime: (state: Download['state']) =>
      expect
        .poll(async () => {
          await core.clock.advance(30_000);
          return downloads()[0]?.state;
        })
        .toBe(state),
    received: (bytes: number) =>
      expect
        .poll(async () => {
          await core.clock.advance(250);
          return downloads()[0]?.received;
        })
        .toBe(bytes),
    files: () => readdir(core.paths.downloads).catch(() => []),
    holdFilesAt(bytes: number, then: 'break' | 'hold' | 'deaf') {
      const from: string[] = [];
      let release = () => {};
      const open = new Promise<void>((resolve) => {
        release = resolve;
      });
      core.portal.line.after = async (request, response) => {
        if (!request.url.includes('/files/')) return undefined;
        from.push(request.headers.get('range') ?? 'all');
        const whole = new Uint8Array(await response.arrayBuffer());
        let sent = false;
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            if (then !== 'deaf')
              request.signal.addEventListener('abort', () => controller.error(request.signal.reason));
          },
          async pull(controller) {
            if (!sent) {
              sent = true;
              controller.enqueue(whole.subarray(0, bytes));
              return;
            }
            if (then === 'break') throw new TypeError('terminated');
            await open;
            if (request.signal.aborted) return;
            if (bytes < whole.length) controller.enqueue(whole.subarray(bytes));
            controller.close();
          },
        });
        return new Response(body, { status: response.status, headers: response.headers });
      };
      return { from, release };
    },
  });
}
