import { type Secrets, secretNames } from '../ports/secrets.ts';
import type { FileSecrets } from './file-secrets.ts';

export interface MovableSecretsOptions {
  /** Where they are now. */
  current: Secrets;
  files: FileSecrets;
  /** The best place that is not the disk: the keychain where there is one, else memory. */
  besides: () => Promise<Secrets>;
}

/** Afterwards `to` holds what `from` holds, and nothing else. */
async function copy(from: Secrets, to: Secrets): Promise<void> {
  for (const name of secretNames) {
    const value = await from.get(name);
    if (value !== null) await to.set(name, value);
    else if ((await to.get(name)) !== null) await to.delete(name);
  }
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

  async function move(onDisk: boolean): Promise<void> {
    // A keychain keeps them better than a file does: the choice is for machines that have none.
    if (onDisk ? place.backend !== 'memory' : place.backend !== 'file') return;
    await Promise.allSettled(underWay);
    if (!onDisk) {
      const target = await besides();
      await copy(place, target);
      place = target;
      await files.clear();
      return;
    }
    try {
      await copy(place, files);
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
    keepOnDisk(on) {
      const moved = moving.then(() => move(on));
      moving = moved.catch(() => undefined);
      return moved;
    },
  };
}
