import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import type { FastifyInstance } from 'fastify';

/** What the pages load: own files, and pure modules of domain and contract that a browser runs as they are. */
const sources = {
  'portal.css': [
    './assets/base.css',
    './assets/forms.css',
    './assets/password.css',
    './assets/notices.css',
    './assets/lists.css',
    './assets/reference.css',
  ],
  'page.js': ['./assets/page.js'],
  'set-password.js': ['./assets/set-password.js'],
  'offline.js': ['./assets/offline.js'],
  'password-policy.js': ['../../domain/password-policy.ts'],
  'password-common.js': ['../../domain/password-common.ts'],
  'armor.js': ['../../domain/documents/armor.ts'],
  'file-encoding.js': ['../../contract/file-encoding.ts'],
  'file-length.js': ['../../contract/file-length.ts'],
} as const satisfies Record<string, readonly string[]>;

export type AssetName = keyof typeof sources;

const types = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' } as const;

function load(source: string): string {
  const text = readFileSync(new URL(source, import.meta.url), 'utf8');
  if (!source.endsWith('.ts')) return text;
  // Here they all stand in one folder.
  return stripTypeScriptTypes(text).replace(/(from ')[./a-z-]*?([a-z-]+)\.ts'/g, "$1./$2.js'");
}

interface Assets {
  readonly files: ReadonlyMap<string, string>;
  /** Changes with any of the files, so that they may be kept for ever under it. */
  readonly version: string;
}

let loaded: Assets | undefined;

/** Read at the first page, not at the portal's start. */
function assets(): Assets {
  if (loaded !== undefined) return loaded;
  const files = new Map(Object.entries(sources).map(([name, parts]) => [name, parts.map(load).join('\n')]));
  const version = createHash('sha256')
    .update([...files.values()].join('\0'))
    .digest('hex')
    .slice(0, 12);
  loaded = { files, version };
  return loaded;
}

/** Address of a file of the pages, below the portal's own. */
export function assetPath(name: AssetName): string {
  return `assets/${assets().version}/${name}`;
}

/** Serves the files of the pages; browsers keep them for good, because another version has another address. */
export function assetRoutes(server: FastifyInstance): void {
  server.get<{ Params: { version: string; name: string } }>(
    '/assets/:version/:name',
    async (request, reply) => {
      const { files, version } = assets();
      const { name } = request.params;
      const text = files.get(name);
      if (text === undefined) return reply.callNotFound();
      return (
        reply
          .type(name.endsWith('.css') ? types.css : types.js)
          // A page of another version of the portal gets this one's file, but does not keep it.
          .header(
            'cache-control',
            request.params.version === version ? 'public, max-age=31536000, immutable' : 'no-cache',
          )
          .send(text)
      );
    },
  );
}
