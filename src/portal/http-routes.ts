import type { FastifyInstance } from 'fastify';
import type { Portal } from './context.ts';
import { healthRoutes } from './routes/health.ts';

/** Addresses outside of the contract: pages, files, health. Each registers plain Fastify routes. */
export const httpRoutes: readonly ((server: FastifyInstance, portal: Portal) => void)[] = [healthRoutes];
