/** A drawing at one size, square, as PNG. */
export interface Drawing {
  /** Pixels each way. */
  readonly size: number;
  readonly png: Buffer;
}

/**
 * Windows icon file: ICONDIR, one ICONDIRENTRY for each drawing, the PNG files. PNG inside is read since Windows Vista; 0 stands for 256.
 * https://learn.microsoft.com/previous-versions/ms997538(v=msdn.10)
 */
export function icoOf(drawings: readonly Drawing[]): Buffer {
  const head = Buffer.alloc(6 + 16 * drawings.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(drawings.length, 4);
  let offset = head.length;
  for (const [index, { size, png }] of drawings.entries()) {
    const entry = 6 + 16 * index;
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(png.length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += png.length;
  }
  return Buffer.concat([head, ...drawings.map(({ png }) => png)]);
}

/** Apple's four-character types by pixels: at one pixel per point, and at two. */
const icnsTypes: Readonly<Record<number, readonly string[]>> = {
  16: ['icp4'],
  32: ['icp5', 'ic11'],
  64: ['icp6', 'ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
};

/** macOS icon file: magic and length, then each drawing with its type and length, big-endian, lengths with their heads. */
export function icnsOf(drawings: readonly Drawing[]): Buffer {
  const parts = drawings.flatMap(({ size, png }) =>
    (icnsTypes[size] ?? []).map((type) => Buffer.concat([chunkHead(type, png.length), png])),
  );
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([chunkHead('icns', length), ...parts]);
}

function chunkHead(type: string, length: number): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(length + head.length, 4);
  return head;
}
