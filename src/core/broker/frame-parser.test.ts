import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFrameParser, FrameError, type FrameFault, frameLimits } from './frame-parser.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const frame = (body: Uint8Array, header = `Content-Length: ${body.length}\r\n\r\n`) => {
  const head = bytes(header);
  const whole = new Uint8Array(head.length + body.length);
  whole.set(head);
  whole.set(body, head.length);
  return whole;
};
const join = (parts: readonly Uint8Array[]) => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** Feeds a stream cut at the given places. */
function read(stream: Uint8Array, cuts: readonly number[]) {
  const parser = createFrameParser();
  const bodies: string[] = [];
  let fault: FrameFault | null = null;
  const places = [...new Set([0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length])].sort(
    (a, b) => a - b,
  );
  try {
    for (let index = 1; index < places.length; index++) {
      parser.push(stream.subarray(places[index - 1], places[index]), (body) =>
        bodies.push(Buffer.from(body).toString('hex')),
      );
    }
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    fault = error.fault;
  }
  return { bodies, fault, partial: parser.partial };
}

const cuts = fc.array(fc.nat({ max: 5000 }), { maxLength: 60 });

describe('well-formed', () => {
  test('every body comes out once, in order, wherever the stream is cut', () => {
    const body = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(fc.array(body, { maxLength: 8 }), cuts, (bodies, where) => {
        const { bodies: seen, fault, partial } = read(join(bodies.map((one) => frame(one))), where);
        expect(fault).toBeNull();
        expect(partial).toBe(false);
        expect(seen).toEqual(bodies.map((one) => Buffer.from(one).toString('hex')));
      }),
    );
  });

  test.each([
    'content-length: 2\r\n\r\n',
    'Content-Length:2\r\n\r\n',
    'Content-Length:  2  \r\n\r\n',
    'Content-Length: 2\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n',
    'Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: 2\r\n\r\n',
    'X-Later: whatever\r\nContent-Length: 2\r\n\r\n',
  ])('%j', (header) => {
    expect(read(frame(bytes('{}'), header), []).bodies).toEqual([Buffer.from('{}').toString('hex')]);
  });

  test('an unfinished frame is known to be one', () => {
    for (const text of [
      'C',
      'Content-Length: 5\r\n',
      'Content-Length: 5\r\n\r\n',
      'Content-Length: 5\r\n\r\nabcd',
    ]) {
      expect(read(bytes(text), [])).toEqual({ bodies: [], fault: null, partial: true });
    }
  });

  test('the largest body passes whole, one byte at a time', () => {
    const parser = createFrameParser();
    let length = 0;
    for (const byte of frame(new Uint8Array(frameLimits.body)))
      parser.push(Uint8Array.of(byte), (body) => (length = body.length));
    expect(length).toBe(frameLimits.body);
  });
});

describe('malformed', () => {
  test.each<[string, FrameFault]>([
    ['\r\n', 'length-missing'],
    ['Content-Type: application/json\r\n\r\n', 'length-missing'],
    ['Content-Length 2\r\n\r\n', 'header-malformed'],
    ['Content-Length: 2\n\n{}\r\n\r\n', 'header-malformed'],
    [' Content-Length: 2\r\n\r\n', 'header-malformed'],
    ['Content-Length: 2\r\n folded\r\n\r\n', 'header-malformed'],
    ['Content-Length: -2\r\n\r\n', 'length-malformed'],
    ['Content-Length: 2.0\r\n\r\n', 'length-malformed'],
    ['Content-Length: 0x2\r\n\r\n', 'length-malformed'],
    ['Content-Length: 02\r\n\r\n', 'length-malformed'],
    ['Content-Length: \r\n\r\n', 'length-malformed'],
    ['Content-Length: 99999999999\r\n\r\n', 'length-malformed'],
    ['Content-Length: 2\r\nContent-Length: 2\r\n\r\n', 'length-malformed'],
    [`Content-Length: ${frameLimits.body + 1}\r\n\r\n`, 'body-too-long'],
    ['Content-Length: 2\r\nContent-Type: application/json; charset=latin1\r\n\r\n', 'charset'],
    [`X: ${'a'.repeat(frameLimits.header)}`, 'header-too-long'],
    ['GET / HTTP/1.1\r\n\r\n', 'header-malformed'],
    ['\u0016\u0003\u0001\u0002\u0000\r\n\r\n', 'header-malformed'],
  ])('%j: %s, however it is cut', (stream, fault) => {
    fc.assert(
      fc.property(cuts, (where) => {
        expect(read(bytes(stream), where).fault).toBe(fault);
      }),
      { numRuns: 30 },
    );
  });

  test('what came whole before the fault is handed over', () => {
    const stream = join([frame(bytes('{"a":1}')), bytes('nonsense\r\n\r\n')]);
    fc.assert(
      fc.property(cuts, (where) => {
        const { bodies, fault } = read(stream, where);
        expect(bodies).toEqual([Buffer.from('{"a":1}').toString('hex')]);
        expect(fault).toBe('header-malformed');
      }),
    );
  });
});

test('any bytes at all: a FrameError or nothing, the same for every cut, and never more than the limits', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), cuts, (stream, where) => {
      const whole = read(stream, []);
      expect(read(stream, where)).toMatchObject({ bodies: whole.bodies, fault: whole.fault });
    }),
    { numRuns: 500 },
  );
});

test('bytes that look like frames', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'Content-Length: ',
      'content-length:',
      '\r\n',
      '\r\n\r\n',
      '\n',
      ':',
      ' ',
      '{}',
      '\u0000',
    ),
    fc.nat({ max: 20 }).map(String),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), cuts, (pieces, where) => {
      const stream = bytes(pieces.join(''));
      const whole = read(stream, []);
      expect(read(stream, where)).toMatchObject({ bodies: whole.bodies, fault: whole.fault });
    }),
    { numRuns: 1000 },
  );
});
