import { implement } from '@orpc/server';
import { portalContract } from '../contract/portal.ts';
import type { RequestContext } from './context.ts';

/**
 * What routes implement: `portal.sessions.signIn.use(policy).handler(...)`.
 * The first middleware is the policy and runs before the input is looked at: who may not call learns nothing of the input.
 */
export const portal = implement(portalContract, {
  initialInputValidationIndex: 1,
}).$context<RequestContext>();
