/**
 * ms that a start waits for a keychain that may be asking its person to unlock it, which may take minutes: what works without it is there
 * meanwhile, and programs that ask wait for it themselves.
 */
export const keychainPatience = 2000;
