import { z } from 'zod';

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
