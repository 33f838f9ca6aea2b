import { AldabaError } from '../../contract/errors.ts';
import { effectivePermissions } from '../../domain/roles.ts';
import type { Portal, Principal, ProvenDevice, RequestInfo } from '../context.ts';
import { run, type Statement } from '../db/run.ts';
import { hashToken } from '../ids.ts';

/** The request's DPoP proof without an access token: signing in, refreshing. @throws `proof-invalid` */
export function provenDevice(portal: Portal, request: RequestInfo): ProvenDevice {
  return portal.proofs.verify(request.proof, { method: request.method, urls: requestUrls(portal, request) });
}

/** Everything that authorizes a request, in one statement. */
export const findAccess: Statement = {
  name: 'find-access',
  text: `select extract(epoch from t.expires_at) * 1000 as access_until, s.id as session_id, s.identity_id, s.key_id, s.account_id,
      s.device_thumbprint, s.device_key, s.device_name, s.platform,
      s.ended_at is not null as ended, extract(epoch from s.expires_at) * 1000 as session_until,
      extract(epoch from s.confirmed_at) * 1000 as confirmed_at, i.email, i.name, m.owner, r.permissions
    from access_token t
    join session s on s.id = t.session_id
    left join identity i on i.id = s.identity_id
    left join membership m on m.account_id = s.account_id and m.identity_id = s.identity_id
      and m.accepted_at is not null and m.suspended_at is null
    left join role r on r.account_id = m.account_id and r.id = m.role_id
    where t.token_hash = $1`,
};

interface AccessRow {
  access_until: string;
  session_id: string;
  identity_id: string | null;
  key_id: string | null;
  account_id: string;
  device_thumbprint: string;
  device_key: string;
  device_name: string;
  platform: string;
  ended: boolean;
  session_until: string;
  confirmed_at: string | null;
  email: string | null;
  name: string | null;
  owner: boolean | null;
  permissions: string[] | null;
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
  const device = portal.proofs.verify(request.proof, {
    method: request.method,
    urls: requestUrls(portal, request),
    accessToken: token,
  });
  const now = portal.clock.now();
  const [row] = await run<AccessRow>(portal.database.queries, findAccess, [hashToken(token)]);
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
    ...common,
  };
}

/** The addresses under which a proof for this request may have been made. */
function requestUrls(portal: Portal, request: RequestInfo): string[] {
  return portal.origins.map((origin) => `${origin}${request.path}`);
}
