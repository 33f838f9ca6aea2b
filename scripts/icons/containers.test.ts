import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { icnsOf, icoOf } from './containers.ts';

const folder = join(import.meta.dirname, '../../resources/icons');
const pngMagic = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

/** Width and height of a PNG: the two numbers of IHDR. */
const sizeOf = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)];

test('an icon file for Windows points at each of its drawings', () => {
  const drawings = [16, 256].map((size) => ({ size, png: Buffer.from(`png of ${size}`) }));
  const ico = icoOf(drawings);
  expect(ico.readUInt16LE(4)).toBe(2);
  for (const [index, { size, png }] of drawings.entries()) {
    const entry = ico.subarray(6 + 16 * index);
    expect(entry.readUInt8(0) || 256).toBe(size);
    const offset = entry.readUInt32LE(12);
    expect(ico.subarray(offset, offset + entry.readUInt32LE(8))).toEqual(png);
  }
});

test('an icon file for macOS names its length and each drawing once per density', () => {
  const icns = icnsOf([{ size: 32, png: Buffer.from('32') }]);
  expect(icns.toString('latin1', 0, 4)).toBe('icns');
  expect(icns.readUInt32BE(4)).toBe(icns.length);
  expect(icns.toString('latin1')).toContain('icp5');
  expect(icns.toString('latin1')).toContain('ic11');
});

test('the committed icons hold drawings of the sizes that their places ask for', async () => {
  const ico = await readFile(join(folder, 'icon.ico'));
  for (let index = 0; index < ico.readUInt16LE(4); index += 1) {
    const entry = ico.subarray(6 + 16 * index);
    const png = ico.subarray(entry.readUInt32LE(12));
    expect(png.subarray(0, 4)).toEqual(pngMagic);
    const size = entry.readUInt8(0) || 256;
    expect(sizeOf(png)).toEqual([size, size]);
  }
  for (const size of [16, 32, 48, 128, 256, 512]) {
    expect(sizeOf(await readFile(join(folder, `linux/${size}x${size}.png`)))).toEqual([size, size]);
  }
  const icns = await readFile(join(folder, 'icon.icns'));
  expect(icns.readUInt32BE(4)).toBe(icns.length);
});
