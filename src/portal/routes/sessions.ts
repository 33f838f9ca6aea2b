import { portal } from '../implement.ts';
import { sessionPolicies as policies } from '../policies/sessions.ts';
import { enterWithKey, leaveKey } from '../services/key-session.ts';
import { readProfile } from '../services/profile.ts';
import { refresh } from '../services/refresh.ts';
import { confirmPassword, endSession, listSessions, signOut, switchAccount } from '../services/sessions.ts';
import { chooseAccount, signIn } from '../services/sign-in.ts';

const { sessions } = portal;

/** Procedures of `contract/portal/sessions.ts`. */
export const sessionRoutes = {
  signIn: sessions.signIn.use(policies.signIn).handler(({ context, input }) => signIn(context, input)),
  chooseAccount: sessions.chooseAccount
    .use(policies.chooseAccount)
    .handler(({ context, input }) => chooseAccount(context, input)),
  refresh: sessions.refresh.use(policies.refresh).handler(({ context, input }) => refresh(context, input)),
  signOut: sessions.signOut
    .use(policies.signOut)
    .handler(({ context, input }) => signOut(context, input.refreshToken)),
  list: sessions.list
    .use(policies.list)
    .handler(async ({ context }) => ({ sessions: await listSessions(context) })),
  end: sessions.end.use(policies.end).handler(({ context, input }) => endSession(context, input.id)),
  profile: sessions.profile
    .use(policies.profile)
    .handler(({ context }) =>
      readProfile(context.portal.database.queries, context.principal, context.portal.clock.now()),
    ),
  switchAccount: sessions.switchAccount
    .use(policies.switchAccount)
    .handler(({ context, input }) => switchAccount(context, input.accountId)),
  confirmPassword: sessions.confirmPassword
    .use(policies.confirmPassword)
    .handler(async ({ context, input }) => ({
      until: new Date(await confirmPassword(context, input.password)).toISOString(),
    })),
  withKey: sessions.withKey
    .use(policies.withKey)
    .handler(({ context, input }) => enterWithKey(context, input)),
  leaveKey: sessions.leaveKey
    .use(policies.leaveKey)
    .handler(({ context, input }) => leaveKey(context, input.key)),
};
