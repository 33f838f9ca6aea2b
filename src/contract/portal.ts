import { licenses } from './portal/licenses.ts';
import { passwords } from './portal/passwords.ts';
import { people } from './portal/people.ts';
import { sessions } from './portal/sessions.ts';

/**
 * The portal's HTTP interface, version 1: OpenAPI 3.1 at `/v1/openapi.json`. Anything not here is a page or a file:
 * `/set-password`, `/offline` (activation by file), `/files/...` (release files with ranges), `/outbox` (embedded mode),
 * `/health`, `/ready`, `/.well-known/jwks.json`, `/reference`.
 */
export const portalContract = { sessions, passwords, licenses, people };
export type PortalContract = typeof portalContract;
