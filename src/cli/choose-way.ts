import type { Mode } from '../contract/primitives.ts';
import { UsageError } from './context.ts';
import type { Client } from './open-client.ts';

/**
 * Goes to the step of `mode` that asks for its secret, at the portal given; with none given, at the one that is known.
 *
 * @throws UsageError when the mode needs a portal and none is known
 */
export async function chooseWay(client: Client, mode: Mode, portal: string | undefined): Promise<void> {
  await client.setup.chooseMode({ mode });
  const { setup: step } = await client.state.get();
  const isAsked = step.step === 'portal-address';
  const known = !isAsked && 'portal' in step ? step.portal : null;
  const address = portal ?? (isAsked ? step.address : known);
  if (address === null || address === known) return;
  if (address === '') throw new UsageError('usage.noPortal');
  await client.setup.setPortal({ address });
}
