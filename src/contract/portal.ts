import { z } from 'zod';
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

/** Served at `/.well-known/aldaba.json`, so that a client can tell a portal from a captive page. No secrets. */
export const portalMarker = 'aldaba-portal';

/** Body of that file. `name` is the vendor's name as people know it; `buyUrl` is where more seats are bought. */
export const portalDescriptionSchema = z.object({
  portal: z.literal(portalMarker),
  api: z.literal('v1'),
  name: z.string().max(200),
  buyUrl: z.url().max(2048).nullable().default(null),
});
export type PortalDescription = z.infer<typeof portalDescriptionSchema>;
