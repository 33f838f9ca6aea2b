import { expect, test } from 'vitest';
import { documentCrypto as crypto } from '../../../test/support/documents.ts';
import { isCanonicalBase64Url } from './base64url.ts';
import { thumbprint } from './thumbprint.ts';

test('names the key of RFC 8037, A.3, as it says', () => {
  expect(thumbprint('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', crypto)).toBe(
    'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  );
});

test('verifies the signature of RFC 8037, A.4', () => {
  const [input, signature] = [
    'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc',
    'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
  ];
  const key = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
  const bytes = crypto.decodeBase64Url(signature);
  expect(crypto.verify(key, crypto.encodeUtf8(input), bytes)).toBe(true);
  expect(crypto.verify(key, crypto.encodeUtf8(`${input}A`), bytes)).toBe(false);
  expect(crypto.verify('not a key', crypto.encodeUtf8(input), bytes)).toBe(false);
  expect(crypto.verify(key, crypto.encodeUtf8(input), bytes.subarray(1))).toBe(false);
});

test.each([
  ['', true],
  ['AA', true],
  ['AB', false],
  ['AAA', true],
  ['AAB', false],
  ['AAAB', true],
  ['A', false],
  ['AA==', false],
  ['A+/A', false],
])('base64url %j is canonical: %s', (text, canonical) => {
  expect(isCanonicalBase64Url(text)).toBe(canonical);
});
