/**
 * Variables under which a process finds no keychain, so that tests, demonstration and measurements leave the person's alone. Linux only: the
 * keychains of macOS and Windows need none to be found; there `removeProfile` takes the entries away.
 */
export const withoutKeychain: Readonly<Record<string, string>> =
  process.platform === 'linux' ? { DBUS_SESSION_BUS_ADDRESS: 'disabled:' } : {};
