import { AldabaError } from '../../contract/errors.ts';
import { keychainFault } from './keychain-fault.ts';

/** ms that a keychain may take, a person at its unlock prompt included, before the caller hears `keychain-locked`. */
const patience = 60_000;

/** @throws AldabaError `keychain-locked` after `within` ms without an answer, and whatever `keychainFault` makes of a refusal */
export type AskKeychain = <T>(work: () => Promise<T>, within?: number) => Promise<T>;

/**
 * One question at a time, so that a locked keychain prompts once; who waits longer than they can is answered, the prompt stays. A question
 * that is never answered, because its keychain went away under it, holds up the others for `patience` and no longer.
 */
export function createKeychainTurns(): AskKeychain {
  let turn: Promise<unknown> = Promise.resolve();
  return async (work, within = patience) => {
    const before = turn;
    const asked = before.then(work);
    turn = before.then(() => answered(asked, patience)).catch(() => undefined);
    try {
      return await answered(asked, within);
    } catch (error) {
      throw keychainFault(error);
    }
  };
}

async function answered<T>(asked: Promise<T>, within: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new AldabaError('keychain-locked', `no answer within ${within} ms`)),
    within,
  );
  try {
    return await Promise.race([asked, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
