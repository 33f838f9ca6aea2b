import type { Mode } from '../../contract/primitives.ts';
import { chooseWay } from '../choose-way.ts';
import { type Context, type Result, UsageError } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Client, requireKeeping, withClient } from '../open-client.ts';
import { readSecret } from '../read-secret.ts';

interface SetupOptions {
  readonly mode?: Mode;
  readonly portal?: string;
  readonly key?: boolean;
}

/** The first run without a window: mode, portal, and with `--key` the mode's key. */
export async function setup(context: Context, _args: string[], options: SetupOptions): Promise<Result> {
  return withClient(context, async (client, opened) => {
    const { keep } = opened;
    if (options.key === true) await requireKeeping(opened);
    const mode = options.mode ?? (await client.state.get()).settings.mode;
    if (mode === null) throw new UsageError('usage.missingArgument', { name: '--mode' });
    const before = await client.state.get();
    const elsewhere = options.portal !== undefined && options.portal !== before.settings.portal;
    if (!(before.setup.step === 'done' && before.setup.mode === mode && !elsewhere && options.key !== true))
      await chooseWay(client, mode, options.portal);
    if (options.key === true) await enterKey(context, client, mode);
    else await takeStored(client);
    const { setup: step } = await client.state.get();
    const name = context.t(`modes.${mode}`);
    // Nothing works yet that this could take away, and the sign-in is another command.
    if (keep !== null && before.settings.mode === null && step.step !== 'done')
      await keep({ mode, portal: 'portal' in step ? step.portal : (options.portal ?? null) });
    if (step.step === 'done')
      return { json: { mode, step: step.step }, text: context.t('done.setup', { mode: name }) };
    const text =
      step.step === 'sign-in' ? context.t('done.setupSignIn') : context.t('done.setupKey', { mode });
    return { code: exitCodes.ok, json: { mode, step: step.step }, text };
  });
}

/** A license that this device has needs no key. */
async function takeStored(client: Client): Promise<void> {
  const { setup: step } = await client.state.get();
  if (step.step === 'standalone' && step.stored.length > 0) await client.setup.takeStored();
}

async function enterKey(context: Context, client: Client, mode: Mode): Promise<void> {
  if (mode === 'cloud-signin') throw new UsageError('usage.unknownOption', { name: '--key' });
  const key = await readSecret(context, 'key');
  if (mode === 'cloud-key') await client.setup.enterKey({ key });
  else await client.setup.activate({ key });
}
