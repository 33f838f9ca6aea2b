import type { FastifyInstance } from 'fastify';
import type { Portal } from '../context.ts';

/** The public keys as a JWK set (RFC 7517), where tools look for one. */
export function trustRoutes(server: FastifyInstance, portal: Portal): void {
  server.get('/.well-known/jwks.json', async (_request, reply) => {
    reply.type('application/jwk-set+json');
    return { keys: portal.keys.signing.trust(portal.clock.now()).keys };
  });
}
