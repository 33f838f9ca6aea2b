import { anyone } from '../policy.ts';

/** The link is the credential; whoever asks for one may be anybody. */
export const passwordPolicies = { requestLink: anyone(), readLink: anyone(), set: anyone() };
