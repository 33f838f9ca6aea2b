import { once } from 'node:events';
import type { Opener } from '../../core/ports/index.ts';
import { endProcess } from '../../core/shell/end-process.ts';
import { attachOrStart } from '../attach-or-start.ts';
import type { Context, Result } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { startOwnAgent } from '../own-client.ts';
import { noWindow } from '../shell-of.ts';

/**
 * The client with no window: keeps licenses and answers programs until it is told to stop. One line on standard output says that
 * programs may come. A second one on the same profile says who runs and ends well: what was wanted is there.
 * A program that needs a person waits for `aldaba sign-in`, or for a window that is opened beside this agent; with `--no-wait` it is refused.
 */
export async function agent(
  context: Context,
  _args: string[],
  { wait }: { readonly wait: boolean },
): Promise<Result> {
  const { t, stdout, stderr, options } = context;
  const opener: Opener = {
    ...noWindow,
    async showWindow(reason) {
      if (reason !== 'sign-in' || !wait) return false;
      stderr.write(`${t('done.agentWaiting')}\n`);
      return true;
    },
  };
  const asked = new AbortController();
  const stop = () => {
    // A second signal is not for this one: it ends what does not end by itself.
    giveBackSignals();
    asked.abort(new DOMException('cancelled', 'AbortError'));
  };
  const giveBackSignals = context.takeSignals(stop);
  const start = () => startOwnAgent(context, opener, stop);
  const found = await attachOrStart(context, start, asked.signal);
  if (found.own === null) {
    const { pid } = found;
    return { code: exitCodes.ok, json: { running: true, pid }, text: t('done.alreadyRunning', { pid }) };
  }
  const { own } = found;
  const broker = own.core.broker?.address ?? null;
  stdout.write(
    options.json === true
      ? `${JSON.stringify({ event: 'ready', pid: process.pid, broker })}\n`
      : `${t('done.agent')}\n`,
  );
  if (!asked.signal.aborted) await once(asked.signal, 'abort');
  await own.stop();
  endProcess();
  return { json: { event: 'stopped' }, text: '' };
}
