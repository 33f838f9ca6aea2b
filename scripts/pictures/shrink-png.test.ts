import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { shrinkPng } from './shrink-png.ts';

/** A PNG of these rows of colors, with a filter of each row's own. */
function pngOf(rows: readonly (readonly number[])[], filters: readonly number[]): Buffer {
  const width = rows[0]?.length ?? 0;
  let above: number[] = new Array(width * 3).fill(0);
  const lines = rows.map((row, y) => {
    const bytes = row.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]);
    const filter = filters[y] ?? 0;
    const coded = bytes.map((byte, at) => {
      const left = bytes[at - 3] ?? 0;
      const up = above[at] ?? 0;
      const corner = at < 3 ? 0 : (above[at - 3] ?? 0);
      const guess = left + up - corner;
      const paeth = [left, up, corner].sort((a, b) => Math.abs(guess - a) - Math.abs(guess - b))[0] ?? 0;
      return (byte - ([0, left, up, (left + up) >> 1, paeth][filter] ?? 0)) & 255;
    });
    above = bytes;
    return [filter, ...coded];
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(rows.length, 4);
  head.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.from(lines.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const out = Buffer.alloc(12 + content.length);
  out.writeUInt32BE(content.length);
  out.write(type, 4, 'latin1');
  out.set(content, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + content.length)), 8 + content.length);
  return out;
}

/** Colors of a palette PNG, row by row. */
function colorsOf(png: Buffer): number[][] {
  const parts = new Map<string, Buffer>();
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const length = png.readUInt32BE(at);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(png.subarray(at + 4, at + 8 + length)));
    parts.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
  }
  const [head, palette, data] = [parts.get('IHDR'), parts.get('PLTE'), parts.get('IDAT')];
  if (head === undefined || palette === undefined || data === undefined) throw new Error('a part is missing');
  const width = head.readUInt32BE(0);
  const raw = inflateSync(data);
  return Array.from({ length: head.readUInt32BE(4) }, (_, y) =>
    Array.from({ length: width }, (_, x) => palette.readUIntBE((raw[y * (width + 1) + 1 + x] ?? 0) * 3, 3)),
  );
}

test('few colors stay exactly as they are, whatever filter each row came with', () => {
  const rows = [
    [0xff0000, 0x00ff00, 0x0000ff],
    [0x123456, 0xffffff, 0x000000],
    [0xfedcba, 0x102030, 0x405060],
    [0x7f7f7f, 0x808080, 0x818181],
    [0x010203, 0x030201, 0x020103],
  ];
  expect(colorsOf(shrinkPng(pngOf(rows, [0, 1, 2, 3, 4])))).toEqual(rows);
});

test('more colors than fit: the frequent ones stay, each rare one takes the nearest', () => {
  const greens = Array.from({ length: 256 }, (_, green) => green << 8);
  const nearly = greens.slice(0, 40).map((green) => green | 0x010000);
  const [first = []] = colorsOf(shrinkPng(pngOf([[...greens, ...greens, ...nearly]], [0])));
  expect(first).toEqual([...greens, ...greens, ...greens.slice(0, 40)]);
});

test('a spot of a color of its own keeps it beside a thousand shades', () => {
  const shades = Array.from({ length: 1000 }, (_, shade) => ((shade & 255) << 8) | (shade >> 8));
  const spot = 0xff2020;
  const [first = []] = colorsOf(shrinkPng(pngOf([[...shades, ...shades, spot]], [0])));
  expect(first.at(-1)).toBe(spot);
});

test('anything else is refused', () => {
  expect(() => shrinkPng(Buffer.from('GIF89a and more bytes than a head has'))).toThrow(RangeError);
});
