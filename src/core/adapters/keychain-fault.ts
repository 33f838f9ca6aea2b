import { AldabaError } from '../../contract/errors.ts';

/**
 * What the platform's keychain says, by what a person can do about it. The native module passes the platform's sentence on and no code:
 * Secret Service (Linux), Security framework (macOS, OSStatus in brackets), Credential Manager (Windows).
 */
const locked =
  /prompt was dismissed|is locked|object is locked|errSecInteractionNotAllowed|-25308|User interaction is not allowed|ERROR_NO_SUCH_LOGON_SESSION|logon session/i;
const denied =
  /denied|errSecAuthFailed|-25293|-25244|errSecMissingEntitlement|-34018|not permitted|authorization/i;

/** `keychain-locked`: unlocking helps. `keychain-denied`: it refuses this program. `keychain-unavailable`: there is none to speak of. */
export function keychainFault(error: unknown): AldabaError {
  if (error instanceof AldabaError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = locked.test(message)
    ? 'keychain-locked'
    : denied.test(message)
      ? 'keychain-denied'
      : 'keychain-unavailable';
  return new AldabaError(code, message, undefined, { cause: error });
}
