import { createHash, type Hash } from 'node:crypto';
import { addAbortListener } from 'node:events';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { AldabaError } from '../../contract/errors.ts';
import type { Release } from '../../contract/portal/release.ts';
import { networkFault } from '../adapters/network-fault.ts';
import type { Gateway } from '../parts.ts';
import { storageFault } from '../problem.ts';

export interface FetchPart {
  gateway: Gateway;
  release: Release;
  /** Absolute path of the file that grows. */
  part: string;
  /** ETag of the file that `part` is the beginning of; null when unknown. */
  etag: string | null;
  signal: AbortSignal;
  /** Bytes in `part` so far. */
  onProgress(received: number): void;
  /** The answer's ETag, before its first byte is written. */
  onEtag(etag: string | null): Promise<void>;
}

const changed = (detail: string) =>
  new AldabaError('download-changed', `the file on the portal changed: ${detail}`, { detail });

/** SHA-256 of a file, read in pieces. @param bytes only the first so many */
export async function hashFile(
  path: string,
  signal: AbortSignal,
  bytes = Number.POSITIVE_INFINITY,
): Promise<Hash> {
  const hash = createHash('sha256');
  if (bytes === 0) return hash;
  const options = Number.isFinite(bytes) ? { end: bytes - 1, signal } : { signal };
  for await (const piece of createReadStream(path, { ...options, highWaterMark: 1 << 20 }))
    hash.update(piece);
  return hash;
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.size,
    () => 0,
  );
}

/** `bytes 100-199/200` (RFC 9110, 14.4). */
function contentRange(header: string | null): { start: number; total: number } | null {
  const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(header ?? '');
  return match === null ? null : { start: Number(match[1]), total: Number(match[2]) };
}

async function writeBody(
  body: ReadableStream<Uint8Array>,
  file: FileHandle,
  from: number,
  hash: Hash,
  job: FetchPart,
): Promise<number> {
  let position = from;
  const reader = body.getReader();
  // A network may have lost sight of the signal since it answered (see `HttpRequest`), and what stands still would be waited for.
  const listening = addAbortListener(job.signal, () => void reader.cancel().catch(() => undefined));
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        const fault = networkFault(error);
        // The headers were there: whatever broke has cut the body short.
        if (fault.code === 'portal-failed')
          throw new AldabaError('portal-truncated', fault.message, fault.data, { cause: error });
        throw fault;
      });
      job.signal.throwIfAborted();
      if (done) return position;
      if (position + value.byteLength > job.release.size) throw changed('longer');
      await file.write(value, 0, value.byteLength, position).catch((error: unknown) => {
        throw storageFault(error) ?? error;
      });
      hash.update(value);
      position += value.byteLength;
      job.onProgress(position);
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    throw error;
  } finally {
    listening[Symbol.dispose]();
  }
}

/**
 * Fetches what is missing of a release into `part` and answers the SHA-256 of the whole, in hexadecimal. What `part` holds already is
 * read again for the checksum, because a crash may have left it other than it was written.
 *
 * @throws AldabaError `network-*`, `portal-*`, `disk-full`, `folder-not-writable`, `download-changed`, `cancelled`; `part` stays and can be gone on with
 */
export async function fetchPart(job: FetchPart): Promise<string> {
  const { gateway, release, part, signal } = job;
  const have = await sizeOf(part);
  let from = have <= release.size ? have : 0;
  let hash = await hashFile(part, signal, from);
  if (from < release.size || have > release.size) {
    const { path } = await gateway.portal.licenses.downloadLink({ id: release.id }, { signal });
    const conditions = job.etag === null || from === 0 ? { from } : { from, ifRange: job.etag };
    const response = await gateway.fetchFile(path, { ...conditions, signal });
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const etag = response.headers.get('etag');
    if (response.status === 206) {
      const range = contentRange(response.headers.get('content-range'));
      if (range === null || range.start !== from)
        throw new AldabaError('portal-failed', 'wrong range', { detail: 'range' });
      if (range.total !== release.size) throw changed('size');
    } else if (response.status === 200) {
      if (!Number.isNaN(length) && length !== release.size) throw changed('size');
      // Another file than the part's, or a portal that knows no ranges: from the beginning.
      from = 0;
      hash = createHash('sha256');
    } else {
      await response.body?.cancel().catch(() => undefined);
      const detail = `HTTP ${response.status}`;
      if (response.status >= 300 && response.status < 400)
        throw new AldabaError('portal-captive', detail, { detail });
      if (response.status === 416 || response.status === 404 || response.status === 410)
        throw changed(detail);
      throw new AldabaError(response.status >= 500 ? 'portal-failed' : 'portal-refused', detail, { detail });
    }
    if (/^text\/html\b/i.test(response.headers.get('content-type') ?? ''))
      throw new AldabaError('portal-html', 'HTML for a file');
    await job.onEtag(etag?.startsWith('W/') ? null : etag);
    const file = await open(part, from === 0 ? 'w' : 'r+', 0o600).catch((error: unknown) => {
      throw storageFault(error) ?? error;
    });
    try {
      job.onProgress(from);
      if (response.body !== null) from = await writeBody(response.body, file, from, hash, job);
      await file.sync().catch((error: unknown) => {
        throw storageFault(error) ?? error;
      });
    } finally {
      await file.close();
    }
  }
  if (from !== release.size) {
    throw new AldabaError('portal-truncated', `the file ended at ${from} of ${release.size} bytes`, {
      detail: 'size',
    });
  }
  return hash.digest('hex');
}
