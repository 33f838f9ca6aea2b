import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodingOf } from './file-encoding.ts';

const encoders: Record<string, (text: string) => Buffer> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with a mark': (text) => Buffer.from(`\uFEFF${text}`),
  'UTF-16, little end first': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  'UTF-16, big end first': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
};

test.each(Object.entries(encoders))('a text that was saved as %s is read', (_name, encode) => {
  // A text that begins with a mark of its own has one more than it is read with.
  const text = fc.string({ unit: 'grapheme' }).filter((one) => !one.startsWith('\uFEFF'));
  fc.assert(
    fc.property(text, (written) => {
      const bytes = encode(written);
      expect(new TextDecoder(encodingOf(bytes)).decode(bytes)).toBe(written);
    }),
  );
});

test('no bytes crash it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4 }), (bytes) => {
      new TextDecoder(encodingOf(bytes)).decode(bytes);
    }),
  );
});
