/** Bounds of what a program may send. Bytes. */
export interface FrameLimits {
  /** Header part of one frame, with the empty line. */
  readonly header: number;
  readonly body: number;
}

/** A program's requests are a few hundred bytes; the longest allowed one (64 features of 64 characters) is under 8 KiB. */
export const frameLimits: FrameLimits = { header: 512, body: 65_536 };

/** What is wrong with a frame; the connection that sent it is closed. */
export type FrameFault =
  | 'header-too-long'
  | 'header-malformed'
  | 'length-missing'
  | 'length-malformed'
  | 'body-too-long'
  | 'charset';

export class FrameError extends Error {
  readonly fault: FrameFault;
  constructor(fault: FrameFault) {
    super(`malformed frame: ${fault}`);
    this.name = 'FrameError';
    this.fault = fault;
  }
}

export interface FrameParser {
  /**
   * Takes the next bytes of the stream, cut anywhere, and hands over each body that they complete, in order. A body is only good during
   * the call.
   * @throws FrameError after the bodies before the fault were handed over; the parser is of no use afterwards
   */
  push(chunk: Uint8Array, onBody: (body: Uint8Array) => void): void;
  /** True when bytes of a frame came and its end did not. */
  readonly partial: boolean;
}

const carriageReturn = 13;
const lineFeed = 10;

/**
 * The base protocol of LSP 3.17: header fields `Name: value` each ended by CR LF, an empty line, then `Content-Length` bytes of UTF-8.
 * Memory is bounded by the limits, work by the bytes received, whatever the cuts.
 */
export function createFrameParser(limits: FrameLimits = frameLimits): FrameParser {
  const header = new Uint8Array(limits.header);
  let headerLength = 0;
  let body: Uint8Array | null = null;
  let bodyLength = 0;

  /** Adds header bytes up to its end. @returns how many were taken */
  function takeHeader(chunk: Uint8Array, from: number): number {
    for (let index = from; index < chunk.length; index++) {
      if (headerLength === limits.header) throw new FrameError('header-too-long');
      const byte = chunk[index] as number;
      header[headerLength++] = byte;
      if (byte === lineFeed && endsHeader()) return index + 1;
    }
    return chunk.length;
  }

  function endsHeader(): boolean {
    const n = headerLength;
    const line = (end: number) => header[end - 2] === carriageReturn && header[end - 1] === lineFeed;
    // An empty line: after another one, or at the very start.
    return n === 2 ? line(2) : n >= 4 && line(n) && line(n - 2);
  }

  return {
    push(chunk, onBody) {
      let at = 0;
      while (at < chunk.length) {
        if (body === null) {
          at = takeHeader(chunk, at);
          if (!endsHeader()) return;
          const length = readLength(header.subarray(0, headerLength), limits.body);
          headerLength = 0;
          if (chunk.length - at >= length) {
            onBody(chunk.subarray(at, at + length));
            at += length;
            continue;
          }
          body = new Uint8Array(length);
          bodyLength = 0;
        }
        const take = Math.min(body.length - bodyLength, chunk.length - at);
        body.set(chunk.subarray(at, at + take), bodyLength);
        bodyLength += take;
        at += take;
        if (bodyLength === body.length) {
          const whole = body;
          body = null;
          onBody(whole);
        }
      }
    },
    get partial() {
      return body !== null || headerLength > 0;
    },
  };
}

const field = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\x20-\x7e]*?)[ \t]*$/;
const length = /^(0|[1-9]\d{0,9})$/;
const utf8 = /^[\w.+-]+\/[\w.+-]+(\s*;\s*charset\s*=\s*"?utf-?8"?)?\s*$/i;

/** @param header ends with its empty line */
function readLength(header: Uint8Array, most: number): number {
  const lines = String.fromCharCode(...header).split('\r\n');
  let found: number | null = null;
  for (const line of lines.slice(0, -2)) {
    const match = field.exec(line);
    if (match === null) throw new FrameError('header-malformed');
    const name = match[1]?.toLowerCase();
    const value = match[2] ?? '';
    if (name === 'content-length') {
      if (found !== null || !length.test(value)) throw new FrameError('length-malformed');
      found = Number(value);
    } else if (name === 'content-type' && !utf8.test(value)) {
      throw new FrameError('charset');
    }
  }
  if (found === null) throw new FrameError('length-missing');
  if (found > most) throw new FrameError('body-too-long');
  return found;
}
