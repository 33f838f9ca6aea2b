import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { portalAddressSchema } from '../../contract/settings.ts';
import { normalizePortalAddress } from './portal-address.ts';

describe('a portal’s address as people type it', () => {
  test.each([
    ['portal.example.com', 'https://portal.example.com'],
    ['  https://Portal.Example.com/ ', 'https://portal.example.com'],
    ['HTTPS://portal.example.com:443/v1/', 'https://portal.example.com'],
    ['portal.example.com:8443', 'https://portal.example.com:8443'],
    ['portal.example.com/aldaba/', 'https://portal.example.com/aldaba'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1:3000/', 'http://127.0.0.1:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['portal.example.com:6001', 'https://portal.example.com:6001'],
    ['https://[2001:db8::6000]', 'https://[2001:db8::6000]'],
    ['licencias.cóndor.example', 'https://licencias.xn--cndor-0ta.example'],
  ])('%s', (typed, kept) => {
    expect(normalizePortalAddress(typed)).toBe(kept);
  });

  test.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['http://portal.example.com', 'insecure'],
    ['http://127.0.0.1.example.com', 'insecure'],
    ['ftp://portal.example.com', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['https://ana@portal.example.com', 'user'],
    ['https://ana:clave@portal.example.com', 'user'],
    ['https://portal.example.com/?a=b', 'query'],
    ['https://portal.example.com/#a', 'fragment'],
    ['https://', 'syntax'],
    ['portal example', 'syntax'],
    ['https://portal.example.com:99999', 'syntax'],
    ['portal.example.com:6000', 'port'],
    ['https://portal.example.com:06000/aldaba', 'port'],
    ['http://[::1]:10080', 'port'],
  ])('%s is refused: %s', (typed, reason) => {
    expect(() => normalizePortalAddress(typed)).toThrowError(
      expect.objectContaining({ code: 'portal-address-invalid', data: { field: 'address', detail: reason } }),
    );
  });

  test('whatever is typed ends as an address that stays as it is, or is refused', () => {
    const typed = fc.oneof(
      fc.string(),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.domain(),
      fc.ipV4(),
    );
    fc.assert(
      fc.property(typed, (text) => {
        let kept: string;
        try {
          kept = normalizePortalAddress(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'portal-address-invalid' });
          return;
        }
        expect(portalAddressSchema.parse(kept)).toBe(kept);
        expect(normalizePortalAddress(kept)).toBe(kept);
        expect(kept.startsWith('https://') || /^http:\/\/(localhost|127\.|\[::1\])/.test(kept)).toBe(true);
      }),
    );
  });
});
