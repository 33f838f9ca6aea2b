import { AldabaError } from '../../contract/errors.ts';
import type { Secrets } from '../ports/secrets.ts';
import { copySecrets } from './copy-secrets.ts';
import type { FileSecrets } from './file-secrets.ts';

export interface MovableSecretsOptions {
  /** Where they are now. */
  current: Secrets;
  files: FileSecrets;
  /** The best place that is not the disk: the keychain where there is one, else memory. */
  besides: () => Promise<Secrets>;
}

/** Secrets whose place the person changes while they are used. Whoever asks during the move waits for its end. */
export function createMovableSecrets({ current, files, besides }: MovableSecretsOptions): Required<Secrets> {
  let place = current;
  let moving: Promise<unknown> = Promise.resolve();
  const underWay = new Set<Promise<unknown>>();

  async function ask<T>(operation: (at: Secrets) => Promise<T>): Promise<T> {
    await moving;
    const asked = operation(place);
    underWay.add(asked);
    try {
      return await asked;
    } finally {
      underWay.delete(asked);
    }
  }

  async function move(onDisk: boolean, mayForget: boolean): Promise<void> {
    // A keychain keeps them better than a file does: the choice is for machines that have none.
    if (onDisk ? place.backend !== 'memory' : place.backend !== 'file') return;
    await Promise.allSettled(underWay);
    if (!onDisk) {
      const target = await besides();
      if (target.backend === 'memory' && !mayForget)
        throw new AldabaError('keychain-unavailable', 'the device key would not outlive this process');
      if ((await target.get('device-key')) !== null)
        throw new AldabaError('keychain-denied', 'the keychain holds another device key');
      await copySecrets(place, target);
      place = target;
      await files.clear();
      return;
    }
    try {
      await copySecrets(place, files);
    } catch (error) {
      await files.clear().catch(() => undefined);
      throw error;
    }
    place = files;
  }

  return {
    get backend() {
      return place.backend;
    },
    get: (name) => ask((at) => at.get(name)),
    set: (name, value) => ask((at) => at.set(name, value)),
    delete: (name) => ask((at) => at.delete(name)),
    keepOnDisk(on, mayForget = true) {
      const moved = moving.then(() => move(on, mayForget));
      moving = moved.catch(() => undefined);
      return moved;
    },
  };
}
