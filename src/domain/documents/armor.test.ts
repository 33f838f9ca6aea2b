import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  createSigner,
  createTestTrust,
  documentCrypto as crypto,
  issuedAt,
  licenseClaims,
} from '../../../test/support/documents.ts';
import { maximumFileLength } from '../../contract/file-length.ts';
import { formatArmor, parseArmor } from './armor.ts';
import { openDocumentFile } from './open-document-file.ts';
import { signDocument } from './sign-document.ts';
import { createDocumentVerifier, type DocumentVerifier } from './verify-document.ts';

const device = createSigner();
let verifier: DocumentVerifier;
let jws: string;
let file: string;

beforeAll(async () => {
  const trust = await createTestTrust();
  verifier = createDocumentVerifier({ crypto, rootKeys: trust.rootKeys });
  const claims = licenseClaims(device.thumbprint);
  jws = await signDocument({ kind: 'license', claims, ...trust, crypto });
  file = formatArmor({
    kind: 'license',
    jws,
    headers: [
      ['Company', 'Estructuras Cóndor'],
      ['Product', 'Viga'],
    ],
  });
});

function open(text: string): string {
  const result = openDocumentFile(text, verifier, { kinds: ['license'], now: issuedAt * 1000 });
  return result.ok ? 'ok' : result.code;
}

test('reads as a person would expect', () => {
  expect(file.split('\n').slice(0, 6)).toEqual([
    '-----BEGIN ALDABA LICENSE-----',
    'Company: Estructuras Cóndor',
    'Product: Viga',
    `Length: ${jws.length}`,
    '',
    jws.slice(0, 64),
  ]);
  expect(parseArmor(file)).toEqual({
    ok: true,
    value: {
      jws,
      kind: 'license',
      headers: { Company: 'Estructuras Cóndor', Product: 'Viga', Length: String(jws.length) },
      declaredLength: jws.length,
    },
  });
});

test('a header never becomes a second line, whatever the company is called', () => {
  const name = 'A\r\n-----END ALDABA LICENSE-----\u2028B: c';
  const text = formatArmor({ kind: 'license', jws, headers: [['Company', name.repeat(3)]] });
  expect(text.split('\n')[1]).toHaveLength('Company: '.length + 60);
  expect(open(text)).toBe('ok');
});

describe('survives', () => {
  test.each([
    { what: 'a BOM and CRLF', change: (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}` },
    { what: 'old line ends', change: (text: string) => text.replaceAll('\n', '\r') },
    {
      what: 'a mail around it',
      change: (text: string) =>
        `Hola, Lucía:\n\nsu licencia. Nota: guárdela.\n\n${text}\nUn saludo\n-- \nSoporte`,
    },
    { what: 'indentation', change: (text: string) => text.replaceAll(/^/gm, '   \t') },
    { what: 'quoting', change: (text: string) => text.replaceAll(/^/gm, '> > ') },
    { what: 'double spacing', change: (text: string) => text.replaceAll('\n', '\n\n') },
    { what: 'blank lines lost', change: (text: string) => text.replaceAll('\n\n', '\n') },
    { what: 'trailing spaces', change: (text: string) => text.replaceAll('\n', '  \n') },
    { what: 'a wrapped header', change: (text: string) => text.replace('Estructuras ', 'Estructuras\n') },
    {
      what: 'shorter lines',
      change: (text: string) => text.replaceAll(/^([\w.-]{40})([\w.-]+)$/gm, '$1\n$2'),
    },
    { what: 'a header removed', change: (text: string) => text.replace(/^Length.*\n/m, '') },
    { what: 'all line ends lost', change: (text: string) => text.replaceAll('\n', '') },
    { what: 'all line ends spaces', change: (text: string) => text.replaceAll('\n', ' ') },
    {
      what: 'a mail around it whose line ends are lost',
      change: (text: string) => `Hola, Lucía:\nsu licencia.\n${text}\nSoporte`.replaceAll('\n', ' '),
    },
    {
      what: 'the line ends lost of all but the document',
      change: (text: string) => text.replaceAll(/\n(?=[\w-]+: |\n)/g, ' '),
    },
    {
      what: 'the line ends lost around the document',
      change: (text: string) => text.replaceAll(/\n+(?=eyJ|-----END)/g, ''),
    },
    {
      what: 'a company called by a length',
      change: (text: string) => text.replace('Estructuras Cóndor', 'Length: 12 Ltd').replaceAll('\n', ' '),
    },
    { what: 'being a bare document', change: () => `  ${jws}\n` },
    { what: 'being a bare document in lines', change: () => jws.replaceAll(/.{70}/g, '$&\n') },
  ])('$what', ({ change }) => {
    expect(change(file)).not.toBe(file);
    expect(open(change(file))).toBe('ok');
  });
});

describe('is refused', () => {
  test.each([
    { what: 'empty', text: () => '', code: 'file-truncated' },
    { what: 'without its END', text: () => file.replace(/-----END.*/, ''), code: 'file-truncated' },
    { what: 'without its BEGIN', text: () => file.replace(/.*BEGIN.*\n/, ''), code: 'file-truncated' },
    {
      what: 'with lines lost in the middle',
      text: () => file.split('\n').toSpliced(9, 2).join('\n'),
      code: 'file-truncated',
    },
    { what: 'with lines swapped', text: () => swapLines(file), code: 'file-tampered' },
    {
      what: 'with another END',
      text: () => file.replace('END ALDABA LICENSE', 'END ALDABA LEASE'),
      code: 'file-tampered',
    },
    {
      what: 'with another first character of the document',
      text: () => file.replace(jws.slice(0, 64), `f${jws.slice(1, 64)}`),
      code: 'file-tampered',
    },
    {
      what: 'with other first characters of the document, the line ends lost',
      text: () => file.replaceAll('\n', '').replace(jws.slice(0, 64), `xyz${jws.slice(3, 64)}`),
      code: 'file-tampered',
    },
    {
      what: 'with something else in it',
      text: () => `${file.slice(0, file.indexOf('eyJ'))}Lista de compras\n-----END ALDABA LICENSE-----`,
      code: 'file-truncated',
    },
    {
      what: 'with its line ends lost and cut',
      text: () => file.replaceAll('\n', '').slice(0, -200),
      code: 'file-truncated',
    },
    {
      what: 'with its line ends and some of the document lost',
      text: () => file.replaceAll('\n', '').replace(jws.slice(100, 120), ''),
      code: 'file-truncated',
    },
    { what: 'something else', text: () => '%PDF-1.7 …', code: 'file-format' },
    { what: 'another PEM', text: () => file.replaceAll(' ALDABA', ''), code: 'file-format' },
    { what: 'too large', text: () => file.padEnd(maximumFileLength + 1), code: 'file-too-large' },
  ])('$what: $code', ({ text, code }) => {
    expect(open(text())).toBe(code);
  });

  test('every beginning of a file is truncated', () => {
    const whole = file.trimEnd();
    for (let length = 0; length < whole.length; length += 1) {
      expect([length, open(whole.slice(0, length))]).toEqual([length, 'file-truncated']);
    }
  });

  test('every change of one character of the document in the file, which calls it changed or cut and never no license at all', () => {
    const body = file.indexOf(jws.slice(0, 64));
    fc.assert(
      fc.property(
        fc.constantFrom('\n', ' ', ''),
        fc.integer({ min: 0, max: 63 }),
        fc.constantFrom(...'abcXYZ019-_'),
        (lineEnd, index, character) => {
          fc.pre(file[body + index] !== character);
          const text = `${file.slice(0, body + index)}${character}${file.slice(body + index + 1)}`;
          expect(['file-tampered', 'file-truncated']).toContain(open(text.replaceAll('\n', lineEnd)));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('every one-byte change of the document in the file', () => {
    const start = file.indexOf(jws.slice(0, 64));
    const end = file.indexOf('-----END');
    const bytes = Buffer.from(file);
    const offset = bytes.length - Buffer.from(file.slice(start)).length;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: end - start - 1 }),
        fc.integer({ min: 0, max: 255 }),
        (index, byte) => {
          const changed = Buffer.from(bytes);
          changed[offset + index] = byte;
          fc.pre(!/^\s*$/.test(file.charAt(start + index)) && !changed.equals(bytes));
          expect(open(changed.toString('utf8'))).not.toBe('ok');
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('a change outside of it never yields another document', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: file.length - 1 }),
        fc.string({ unit: 'binary', maxLength: 2 }),
        (index, text) => {
          const result = openDocumentFile(file.slice(0, index) + text + file.slice(index + 1), verifier, {
            kinds: ['license'],
            now: issuedAt * 1000,
          });
          if (result.ok) expect(result.jws).toBe(jws);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

test('what is written is read, whatever the headers', () => {
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z-]{0,20}$/);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, fc.string({ unit: 'binary', maxLength: 100 })), { maxLength: 5 }),
      (headers) => {
        const text = formatArmor({
          kind: 'license',
          jws,
          headers: headers.filter(([key]) => key !== 'Length'),
        });
        expect(parseArmor(text)).toMatchObject({ ok: true, value: { jws } });
      },
    ),
  );
});

test('no text crashes the parser', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '\n',
      '\r\n',
      '-----BEGIN ALDABA LICENSE-----',
      '-----END ALDABA LICENSE-----',
      'Length: 12',
      ': ',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      expect(['ok', 'file-format', 'file-truncated', 'file-tampered']).toContain(open(pieces.join('')));
    }),
    { numRuns: 2000 },
  );
});

test('a text of any make is read in no time', () => {
  const spaces = ' '.repeat(maximumFileLength - 100);
  for (const text of [
    file.replace('Cóndor', spaces),
    file.replaceAll('\n', '').replace('Length: ', `Length:${spaces}`),
    '-----BEGIN ALDABA '.repeat(7000),
    'Length: 1 '.repeat(13_000),
  ]) {
    const start = performance.now();
    open(text);
    expect(performance.now() - start).toBeLessThan(1000);
  }
});

function swapLines(text: string): string {
  const lines = text.split('\n');
  const [first = '', second = ''] = [lines[8], lines[9]];
  return lines.toSpliced(8, 2, second, first).join('\n');
}
