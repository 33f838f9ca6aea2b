import fastify from 'fastify';
import { expect, test } from 'vitest';
import { type AssetName, assetPath, assetRoutes } from './assets.ts';

test.each<AssetName>(['page.js', 'set-password.js', 'offline.js'])(
  'what %s imports is served too, down to the last module',
  async (name) => {
    const server = fastify();
    assetRoutes(server);
    const seen = new Set<string>();
    const fetch = async (path: string): Promise<void> => {
      if (seen.has(path)) return;
      seen.add(path);
      const { statusCode, body } = await server.inject(path);
      expect([path, statusCode]).toEqual([path, 200]);
      for (const [, module = ''] of body.matchAll(/^import [^;]*from '([^']+)'/gm))
        await fetch(new URL(module, `http://portal${path}`).pathname);
    };
    await fetch(`/${assetPath(name)}`);
    await server.close();
  },
);
