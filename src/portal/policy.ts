import type { AnyContractRouter } from '@orpc/contract';
import { type AnyRouter, getRouter, isProcedure, os, traverseContractProcedures } from '@orpc/server';
import { AldabaError } from '../contract/errors.ts';
import type { Permission } from '../contract/permissions.ts';
import { authenticate, provenDevice } from './auth/authenticate.ts';
import type { KeyHolder, Person, RequestContext } from './context.ts';

/**
 * Policies: the first middleware of every procedure, and the only way to be served. Each file in `policies/` names one for each
 * procedure of its part; `assertPolicies` refuses to start a portal in which a procedure has none.
 * A policy decides by who calls; what depends on the row that is asked for is decided by the service that loads it.
 */
const base = os.$context<RequestContext>();
const known = new WeakMap<object, Access>();

/** What a caller brings: nothing, a device's proof, or the access token of a session with its proof. */
export type Access = 'public' | 'proof' | 'token';

function policy<P extends object>(access: Access, middleware: P): P {
  known.set(middleware, access);
  return middleware;
}

/** Milliseconds for which a given password counts for sensitive actions. */
export const stepUpMilliseconds = 5 * 60_000;

/** Anybody: no token, no proof. */
export const anyone = () =>
  policy(
    'public',
    base.middleware(({ next }) => next()),
  );

/** Anybody who proves a device key (RFC 9449); the procedure gets `context.device`. */
export const anyDevice = () =>
  policy(
    'proof',
    base.middleware(async ({ context, next }) =>
      next({ context: { device: await provenDevice(context.portal, context.request) } }),
    ),
  );

/**
 * Somebody signed in, with the permission where one is named; the procedure gets `context.principal`, a person.
 *
 * @param options.stepUp the password was given in this session within the last 5 min, else `confirmation-required`
 */
export const person = (permission?: Permission, options: { stepUp?: true } = {}) =>
  policy(
    'token',
    base.middleware(async ({ context, next }) => {
      const principal = await authenticate(context.portal, context.request);
      if (principal.kind !== 'person')
        throw new AldabaError('forbidden', 'a key enters license procedures alone');
      requirePermission(principal, permission);
      if (options.stepUp) requireConfirmation(principal, context.portal.clock.now());
      return next({ context: { principal } });
    }),
  );

/** Somebody signed in with the permission, or a device that entered with a cloud key; the procedure gets `context.principal`. */
export const personOrKey = (permission: Permission) =>
  policy(
    'token',
    base.middleware(async ({ context, next }) => {
      const principal: Person | KeyHolder = await authenticate(context.portal, context.request);
      if (principal.kind === 'person') requirePermission(principal, permission);
      return next({ context: { principal } });
    }),
  );

function requirePermission(principal: Person, permission: Permission | undefined): void {
  if (permission !== undefined && !principal.permissions.has(permission))
    throw new AldabaError('forbidden', `lacks ${permission}`);
}

/** For services whose need of step-up depends on what changes (a role). @throws `confirmation-required` */
export function requireConfirmation(principal: Person, now: number): void {
  if (now - principal.confirmedAt > stepUpMilliseconds) throw new AldabaError('confirmation-required');
}

/** What the policy of a procedure asks of its caller. @throws when it is none, or has no policy */
export function accessOf(procedure: unknown): Access {
  const [first] = isProcedure(procedure) ? procedure['~orpc'].middlewares : [];
  const access = first === undefined ? undefined : known.get(first);
  if (access === undefined) throw new Error('not a procedure with a policy');
  return access;
}

/** @throws when a procedure of the contract has no implementation, or one that does not begin with a policy */
export function assertPolicies(router: AnyRouter, contract: AnyContractRouter): void {
  const wrong: string[] = [];
  traverseContractProcedures({ router: contract, path: [] }, ({ path }) => {
    const procedure = getRouter(router, path);
    const [first] = isProcedure(procedure) ? procedure['~orpc'].middlewares : [];
    if (!isProcedure(procedure)) wrong.push(`${path.join('.')} is not implemented`);
    else if (first === undefined || !known.has(first)) wrong.push(`${path.join('.')} has no policy`);
  });
  if (wrong.length > 0) throw new Error(`the portal does not start: ${wrong.join(', ')}`);
}
