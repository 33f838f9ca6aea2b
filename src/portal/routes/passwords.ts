import { portal } from '../implement.ts';
import { passwordPolicies as policies } from '../policies/passwords.ts';
import { readLink, requestLink, setPassword } from '../services/passwords.ts';

const { passwords } = portal;

/** Procedures of `contract/portal/passwords.ts`. */
export const passwordRoutes = {
  requestLink: passwords.requestLink.use(policies.requestLink).handler(async ({ context, input }) => {
    await requestLink(context, input);
    return { sent: true as const };
  }),
  readLink: passwords.readLink
    .use(policies.readLink)
    .handler(({ context, input }) => readLink(context, input.token)),
  set: passwords.set.use(policies.set).handler(({ context, input }) => setPassword(context, input)),
};
