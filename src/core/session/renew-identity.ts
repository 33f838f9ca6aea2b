import { AldabaError } from '../../contract/errors.ts';
import { afterSessionEnd } from '../../domain/license-state.ts';
import type { Ports } from '../ports/index.ts';
import { asAldabaError } from '../problem.ts';
import type { CloudKey } from './cloud-key.ts';
import type { Identity } from './identity.ts';
import type { Rotation, SignedIn } from './rotation.ts';
import { endCode } from './session-end.ts';

/** A new access token by whatever identity is stored; null when there is none. One at a time, see access-token. */
export function createRenewIdentity(needs: {
  settings: Ports['settings'];
  identity: Identity;
  cloudKey: CloudKey;
  rotation: Rotation;
  /** Whoever signs out while the portal is asked stays out: its answer is about nothing any more. */
  isLeaving: () => boolean;
  accept: (change: Parameters<Identity['accept']>[0], access: SignedIn['access']) => Promise<void>;
  /** @returns the access token */
  acceptSignIn: (portal: string, signedIn: SignedIn) => Promise<string>;
}): () => Promise<string | null> {
  const { settings, identity, cloudKey, rotation, isLeaving, accept, acceptSignIn } = needs;

  async function renewWithKey(): Promise<string | null> {
    const asked = await cloudKey.configured();
    if (asked === null) return null;
    const answer = await cloudKey.ask(asked).catch((error: unknown) => asAldabaError(error));
    const kept = await cloudKey.configured();
    if (isLeaving() || kept?.key !== asked.key) return null;
    if (answer instanceof AldabaError) {
      if (answer.code === 'key-invalid')
        await identity.lose('ended', { code: 'key-invalid', data: undefined });
      throw answer;
    }
    await accept(answer.identity, answer.access);
    return answer.access.accessToken;
  }

  async function renewIdentity(): Promise<string | null> {
    if (isLeaving()) return null;
    const { mode } = settings.current();
    if (mode === 'cloud-signin' || (await rotation.isOpen())) {
      const renewal = await rotation.renew();
      if (isLeaving()) return null;
      if (renewal.kind === 'signed-in') return acceptSignIn(renewal.portal, renewal.signedIn);
      if (renewal.kind === 'ended') {
        const { reason } = renewal;
        const code = endCode(reason);
        const problem = { code, data: reason === undefined ? undefined : { reason } };
        await identity.lose(afterSessionEnd(reason) === 'at-once' ? 'ended' : 'lapsed', problem);
        throw new AldabaError(code, `the portal ended the session: ${reason}`, problem.data);
      }
    }
    if (settings.current().mode === 'cloud-key') return renewWithKey();
    // Another process signed out, or the address is another one now.
    if (settings.current().mode === 'cloud-signin') identity.vanish();
    return null;
  }

  return renewIdentity;
}
