import { AldabaError } from '../../contract/errors.ts';
import { effectivePermissions } from '../../domain/roles.ts';
import type { Portal, Principal, ProvenDevice, RequestInfo } from '../context.ts';
import type { AccessRow } from './access-lookup.ts';

/** The request's DPoP proof without an access token: signing in, refreshing. @throws `proof-invalid` */
export function provenDevice(portal: Portal, request: RequestInfo): Promise<ProvenDevice> {
  return portal.proofs.verify(request.proof, { method: request.method, urls: requestUrls(portal, request) });
}

/**
 * Who calls: the access token of the `Authorization: DPoP` header, with a proof by the key that its session is bound to.
 * Roles and suspensions are read at every request, so that a change counts from the next one.
 *
 * @throws `not-signed-in` (no token, unknown or expired: refresh), `session-ended`, `proof-invalid`
 */
export async function authenticate(portal: Portal, request: RequestInfo): Promise<Principal> {
  const token = /^DPoP ([A-Za-z0-9_-]{43})$/i.exec(request.authorization ?? '')?.[1];
  if (token === undefined) throw new AldabaError('not-signed-in', 'no access token');
  const device = await portal.proofs.verify(request.proof, {
    method: request.method,
    urls: requestUrls(portal, request),
    accessToken: token,
  });
  const now = portal.clock.now();
  const row = await portal.access(token);
  if (row === undefined || Number(row.access_until) <= now)
    throw new AldabaError('not-signed-in', 'access token unknown or expired');
  if (row.device_thumbprint !== device.thumbprint)
    throw new AldabaError('proof-invalid', 'the session belongs to another device key');
  if (row.ended || Number(row.session_until) <= now) throw new AldabaError('session-ended');
  return principal(row);
}

function principal(row: AccessRow): Principal {
  const common = {
    sessionId: row.session_id,
    accountId: row.account_id,
    device: {
      thumbprint: row.device_thumbprint,
      key: row.device_key,
      name: row.device_name,
      platform: row.platform,
    },
  };
  if (row.key_id !== null) return { kind: 'key', keyId: row.key_id, ...common };
  const { identity_id: identityId, email, name, permissions, owner } = row;
  if (identityId === null || email === null || name === null || permissions === null || owner === null)
    throw new AldabaError('session-ended', 'no active membership');
  return {
    kind: 'person',
    identityId,
    email,
    name,
    owner,
    permissions: effectivePermissions(permissions, owner),
    confirmedAt: Number(row.confirmed_at ?? 0),
    sessionEndsAt: Number(row.session_until),
    ...common,
  };
}

/** The addresses under which a proof for this request may have been made. */
function requestUrls(portal: Portal, request: RequestInfo): string[] {
  return portal.origins.map((origin) => `${origin}${request.path}`);
}
