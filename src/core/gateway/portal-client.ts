import { createORPCClient, ORPCError } from '@orpc/client';
import { isContractProcedure, ValidationError } from '@orpc/contract';
import { RequestValidationPlugin, ResponseValidationPlugin } from '@orpc/contract/plugins';
import { OpenAPILink } from '@orpc/openapi-client/fetch';
import { AldabaError, errorCodeSchema, errorDataSchema } from '../../contract/errors.ts';
import { portalContract } from '../../contract/portal.ts';
import type { PortalClient } from '../parts.ts';
import { asAldabaError } from '../problem.ts';

/** Sends a procedure's request. `authed`: it takes an access token. Throws AldabaError. */
export type PortalCall = (
  request: Request,
  procedure: { path: readonly string[]; authed: boolean },
) => Promise<Response>;

/**
 * The portal's contract over `call`, validated both ways.
 *
 * @param url address of the portal; throws `not-configured` while none is set
 */
export function createPortalClient(url: () => string, call: PortalCall): PortalClient {
  const link = new OpenAPILink(portalContract, {
    url,
    fetch: (request, _init, _options, path) => call(request, { path, authed: needsAccess(path) }),
    plugins: [new RequestValidationPlugin(portalContract), new ResponseValidationPlugin(portalContract)],
    interceptors: [
      async ({ next }) => {
        try {
          return await next();
        } catch (error) {
          throw toAldabaError(error);
        }
      },
    ],
  });
  return createORPCClient(link);
}

/** A procedure takes an access token exactly when its contract can refuse with `not-signed-in`. */
function needsAccess(path: readonly string[]): boolean {
  let node: unknown = portalContract;
  for (const key of path) node = (node as Record<string, unknown> | undefined)?.[key];
  return isContractProcedure(node) && 'not-signed-in' in node['~orpc'].errorMap;
}

/** Every way a call ends other than well, as the product's error. */
function toAldabaError(error: unknown): AldabaError {
  if (error instanceof AldabaError) return error;
  if (error instanceof ORPCError) {
    const code = errorCodeSchema.safeParse(error.code);
    const data = errorDataSchema.safeParse(error.data);
    if (code.success) {
      return new AldabaError(code.data, error.message, data.success ? data.data : undefined, {
        cause: error,
      });
    }
    if (error.code === 'BAD_REQUEST')
      return new AldabaError('invalid-input', error.message, undefined, { cause: error });
    const detail = `HTTP ${error.status}`;
    const status = error.status >= 500 ? 'portal-failed' : 'portal-refused';
    return new AldabaError(status, `${error.code}: ${error.message}`, { detail }, { cause: error });
  }
  if (error instanceof ValidationError || error instanceof SyntaxError) {
    return new AldabaError(
      'portal-failed',
      `unexpected answer: ${error.message}`,
      { detail: 'contract' },
      { cause: error },
    );
  }
  return asAldabaError(error);
}
