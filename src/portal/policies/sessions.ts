import { anyDevice, anyone, person } from '../policy.ts';

export const sessionPolicies = {
  signIn: anyDevice(),
  chooseAccount: anyDevice(),
  refresh: anyDevice(),
  signOut: anyDevice(),
  withKey: anyDevice(),
  list: person(),
  end: person(),
  profile: person(),
  switchAccount: person(),
  confirmPassword: person(),
};

export const passwordPolicies = {
  requestLink: anyone(),
  readLink: anyone(),
  set: anyone(),
};
