import type { FastifyInstance } from 'fastify';

/** The methods that the routes of a path take, in alphabetical order; none for a path that nothing is served at. */
export type AllowedMethods = (path: string) => readonly string[];

/** Collects from now on: to be called before the routes are registered. */
export function collectAllowedMethods(server: FastifyInstance): AllowedMethods {
  const routes: { readonly methods: readonly string[]; readonly pattern: RegExp }[] = [];
  server.addHook('onRoute', ({ method, url }) => {
    routes.push({ methods: [method].flat(), pattern: patternOf(url) });
  });
  return (path) => {
    const methods = routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods);
    return [...new Set(methods)].sort();
  };
}

/** Routes name whole segments alone (`/files/:token/:name`). */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)));
  return new RegExp(`^${parts.join('/')}$`);
}
