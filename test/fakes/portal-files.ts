/** A file with one range, as RFC 9110, 14 has it: `Range: bytes=N-`, `If-Range` with a strong ETag. */
export function serveFile(
  request: Request,
  file: { content: Uint8Array; etag: string } | undefined,
): Response {
  if (file === undefined) return Response.json({ message: 'gone' }, { status: 404 });
  const { content, etag } = file;
  const headers = { etag, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' };
  const start = /^bytes=(\d+)-$/.exec(request.headers.get('range') ?? '')?.[1];
  const condition = request.headers.get('if-range');
  if (start === undefined || (condition !== null && condition !== etag)) {
    return new Response(Buffer.from(content), {
      headers: { ...headers, 'content-length': String(content.byteLength) },
    });
  }
  const from = Number(start);
  if (from >= content.byteLength) {
    return new Response(null, { status: 416, headers: { 'content-range': `bytes */${content.byteLength}` } });
  }
  const part = content.subarray(from);
  const range = `bytes ${from}-${content.byteLength - 1}/${content.byteLength}`;
  return new Response(Buffer.from(part), {
    status: 206,
    headers: { ...headers, 'content-range': range, 'content-length': String(part.byteLength) },
  });
}
