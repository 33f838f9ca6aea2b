import { anyDevice, person } from '../policy.ts';

/** Entering takes a device's proof; the rest is everybody's own. */
export const sessionPolicies = {
  signIn: anyDevice(),
  chooseAccount: anyDevice(),
  refresh: anyDevice(),
  signOut: anyDevice(),
  withKey: anyDevice(),
  leaveKey: anyDevice(),
  list: person(),
  end: person(),
  profile: person(),
  switchAccount: person(),
  confirmPassword: person(),
};
