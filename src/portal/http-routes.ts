import type { FastifyInstance } from 'fastify';
import type { Portal } from './context.ts';
import { pageRoutes } from './pages/page-routes.ts';
import { serveReleases } from './releases/serve-releases.ts';
import { healthRoutes } from './routes/health.ts';
import { trustRoutes } from './routes/trust.ts';

/** Addresses outside of the contract: pages, files, health. Each registers plain Fastify routes. */
export const httpRoutes: readonly ((server: FastifyInstance, portal: Portal) => void)[] = [
  healthRoutes,
  pageRoutes,
  trustRoutes,
  serveReleases,
];
