import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AldabaError } from '../../contract/errors.ts';
import type { Portal } from '../context.ts';
import { run, type Statement } from '../db/run.ts';
import { describe, wireError } from '../errors.ts';
import { hashToken } from '../ids.ts';
import { parseRange } from './byte-range.ts';
import { openReleaseStore, type ReleaseStore } from './release-store.ts';

/** Where {@link serveReleases} answers; the token is the credential. */
export function downloadPath(token: string, fileName: string): string {
  return `/files/${token}/${encodeURIComponent(fileName)}`;
}

const findDownload: Statement = {
  name: 'find-download',
  text: `select r.file_name, r.size::float8 as size, r.sha256, extract(epoch from r.published_at) * 1000 as published_at,
      extract(epoch from d.expires_at) * 1000 as expires_at
    from download_link d join release r on r.id = d.release_id where d.token_hash = $1`,
};

interface DownloadRow {
  file_name: string;
  size: number;
  sha256: string;
  published_at: string;
  expires_at: string;
}

/**
 * `GET` and `HEAD` of a release file by its download address: single ranges (206, 416), `If-Range` and `If-None-Match` by a strong ETag,
 * which is the file's SHA-256, so that a download goes on only in the very same bytes, on any node.
 */
export function serveReleases(server: FastifyInstance, portal: Portal): void {
  const folder = portal.settings.releasesFolder;
  if (folder === undefined) return;
  const store = openReleaseStore(folder);
  server.route<{ Params: { token: string } }>({
    // HEAD is answered by the same handler: Fastify adds none to a route that names it.
    method: ['GET', 'HEAD'],
    url: '/files/:token/:name',
    async handler(request, reply) {
      try {
        const file = await find(portal, request.params.token);
        if (!(await store.has(file.sha256))) {
          request.log.error({ sha256: file.sha256 }, 'the file of a release is missing');
          throw new AldabaError('not-found', 'no such file');
        }
        return await send(request, reply, file, store);
      } catch (error) {
        if (!(error instanceof AldabaError)) request.log.error({ error: describe(error) }, 'request failed');
        const wire =
          error instanceof AldabaError
            ? wireError(error.code)
            : wireError('internal', { requestId: request.id });
        return reply.status(wire.status).send(wire.toJSON());
      }
    },
  });
}

async function find(portal: Portal, token: string): Promise<DownloadRow> {
  const [file] = await run<DownloadRow>(portal.database.queries, findDownload, [hashToken(token)]);
  if (file === undefined) throw new AldabaError('not-found', 'no such download');
  if (Number(file.expires_at) <= portal.clock.now()) throw new AldabaError('link-expired');
  return file;
}

async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  file: DownloadRow,
  store: ReleaseStore,
): Promise<FastifyReply> {
  const etag = `"${file.sha256}"`;
  const modified = new Date(Number(file.published_at)).toUTCString();
  reply.headers({
    'accept-ranges': 'bytes',
    etag,
    'last-modified': modified,
    // The address is a credential for minutes, and ranges of it must not be put together by somebody in between.
    'cache-control': 'private, no-store, no-transform',
    'content-type': 'application/octet-stream',
    'content-disposition': contentDisposition(file.file_name),
  });
  if (matches(request.headers['if-none-match'], etag)) return reply.status(304).send();

  const condition = request.headers['if-range'];
  const sameFile = condition === undefined || condition === etag || condition === modified;
  const range = sameFile ? parseRange(request.headers.range, file.size) : null;
  if (range === 'unsatisfiable') {
    reply.removeHeader('content-disposition');
    return reply.status(416).header('content-range', `bytes */${file.size}`).send();
  }
  const { first, last } = range ?? { first: 0, last: file.size - 1 };
  if (range !== null) reply.status(206).header('content-range', `bytes ${first}-${last}/${file.size}`);
  reply.header('content-length', last - first + 1);
  // A stream that begins behind its end reads nothing: the empty file.
  if (request.method === 'HEAD' || file.size === 0) return reply.send();
  return reply.send(store.read(file.sha256, { first, last }));
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((candidate) => ['*', etag, `W/${etag}`].includes(candidate.trim()));
}

/** RFC 6266, with the name in ASCII for those who do not read the other. */
function contentDisposition(fileName: string): string {
  const ascii = fileName
    .normalize('NFD')
    .replace(/[^\x20-\x7E]/g, '')
    .replace(/["\\]/g, '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(fileName).replace(/['()*]/g, percent)}`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
