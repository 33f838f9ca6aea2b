import type { FastifyInstance } from 'fastify';
import { type PortalDescription, portalMarker } from '../../contract/portal/description.ts';
import type { Portal } from '../context.ts';
import { isMigrated } from '../db/migrate.ts';
import { describe } from '../errors.ts';

/** What load balancers and clients ask first. */
export function healthRoutes(server: FastifyInstance, portal: Portal): void {
  // The process runs.
  server.get('/health', async () => ({ status: 'ok' }));
  // It can work: the database answers and has every migration.
  server.get('/ready', async (request, reply) => {
    try {
      if (await isMigrated(portal.database)) return { status: 'ready' };
    } catch (error) {
      request.log.warn({ error: describe(error) }, 'not ready');
    }
    return reply.status(503).header('retry-after', '5').send({ status: 'not-ready' });
  });
  // Tells a portal from a captive page.
  const { operator, buyUrl } = portal.settings;
  const description: PortalDescription = { portal: portalMarker, api: 'v1', name: operator, buyUrl };
  server.get('/.well-known/aldaba.json', async () => description);
}
