import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFakeFrame } from '../../../test/fakes/electron/index.ts';
import { deepLinkIn } from './deep-links.ts';
import { externalLink } from './external-links.ts';
import { isWindowAddress } from './navigation.ts';
import { parseDeepLink } from './parse-deep-link.ts';
import { isFromWindow } from './sender.ts';

describe('addresses of the window', () => {
  test.each(['aldaba-app://window/', 'aldaba-app://window/index.html', 'aldaba-app://window/#/people'])(
    '%s is ours',
    (address) => expect(isWindowAddress(address)).toBe(true),
  );

  test.each([
    'https://window/',
    'aldaba-app://window.example/',
    'aldaba-app://other/',
    'aldaba-app://user@window/',
    'aldaba-app://user:pass@window/',
    'aldaba-app://window:8080/',
    'aldaba-app:window',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'about:blank',
    'blob:aldaba-app://window/1',
    '',
  ])('%s is not', (address) => expect(isWindowAddress(address)).toBe(false));
});

describe('sender', () => {
  test('the main frame at our address', () => {
    expect(isFromWindow({ senderFrame: createFakeFrame('aldaba-app://window/') })).toBe(true);
  });

  test.each([
    ['no frame any more', null],
    ['a frame that was destroyed', createFakeFrame('aldaba-app://window/', { destroyed: true })],
    ['a frame inside the page', createFakeFrame('aldaba-app://window/', { child: true })],
    ['a foreign page', createFakeFrame('https://example.com/')],
  ])('%s is refused', (_name, senderFrame) => {
    expect(isFromWindow({ senderFrame })).toBe(false);
  });
});

describe('links to the person’s browser', () => {
  const allowed = ['https://portal.condor.example', 'http://127.0.0.1:4100/v1'];

  test.each([
    ['https://portal.condor.example/buy?p=viga', 'https://portal.condor.example/buy?p=viga'],
    ['HTTPS://PORTAL.condor.example:443/', 'https://portal.condor.example/'],
    ['http://127.0.0.1:4100/outbox', 'http://127.0.0.1:4100/outbox'],
  ])('%s opens', (address, opened) => expect(externalLink(address, allowed)).toBe(opened));

  test.each([
    'http://portal.condor.example/',
    'https://portal.condor.example.evil.example/',
    'https://portal.condor.example@evil.example/',
    'https://user@portal.condor.example/',
    'https://portal.condor.example:444/',
    'http://127.0.0.1:4101/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://portal.condor.example/share',
    'ms-settings:',
    'not an address',
    '',
  ])('%s stays', (address) => expect(externalLink(address, allowed)).toBeNull());

  test('whatever opens has an origin of the list', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl(), fc.string(), fc.constantFrom(...allowed)), (address) => {
        const opened = externalLink(address, allowed);
        if (opened !== null)
          expect(allowed.map((each) => new URL(each).origin)).toContain(new URL(opened).origin);
      }),
    );
  });

  test('with an empty list nothing opens', () => {
    fc.assert(
      fc.property(fc.webUrl(), (address) => {
        expect(externalLink(address, [])).toBeNull();
      }),
    );
  });
});

describe('deep links', () => {
  test.each([
    ['aldaba://open', ''],
    ['aldaba://open/', ''],
    ['aldaba://open/people', 'people'],
    ['aldaba://open/license/', 'license'],
  ])('%s brings up "%s"', (link, screen) => expect(parseDeepLink(link)).toBe(screen));

  test.each([
    'aldaba://sign-in?password=x',
    'aldaba://open/people/../settings',
    'aldaba://open/nowhere',
    'aldaba://open/people?delete=1',
    'aldaba://open/people#x',
    'aldaba:open',
    'https://open/people',
    `aldaba://open/${'a'.repeat(300)}`,
    '',
  ])('%s is not understood', (link) => expect(parseDeepLink(link)).toBeNull());

  test('no text makes it throw, and what comes back is a known screen', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `aldaba://open/${text}`),
        ),
        (link) => {
          expect([null, '', 'license', 'programs', 'people', 'settings']).toContain(parseDeepLink(link));
        },
      ),
    );
  });

  test('is found among the arguments', () => {
    expect(deepLinkIn(['aldaba', '--allow-file-access', 'ALDABA://open'])).toBe('ALDABA://open');
    expect(deepLinkIn(['aldaba', '--hidden'])).toBeUndefined();
  });
});
