/**
 * Why there is no Secret Service to test against, as a sentence; undefined when there is one on the session bus, its
 * default keyring unlocked and empty. `npm test -- keychain` brings one where gnome-keyring and dbus are installed.
 */
export function secretServiceMissing(): string | undefined {
  if (process.env.ALDABA_TEST_SECRET_SERVICE === '1') return undefined;
  return (
    process.env.ALDABA_TEST_SECRET_SERVICE_MISSING ??
    'vitest was started without a Secret Service: run npm test -- keychain'
  );
}
