import type { TFunction } from 'i18next';
import { expect, test } from 'vitest';
import { proxyError } from './proxy-error.ts';

const t = ((key: string) => key) as TFunction;

test.each([
  ['', null],
  ['http://proxy:8080', null],
  ['https://proxy.condor.example', null],
  ['proxy:8080', 'settings.proxy.form'],
  ['condor', 'settings.proxy.form'],
  ['socks5://proxy:1080', 'settings.proxy.form'],
  ['http://', 'settings.proxy.form'],
  ['http://ana:clave@proxy:8080', 'settings.proxy.password'],
  ['http://ana@proxy:8080', 'settings.proxy.password'],
])('%s: %s', (text, said) => {
  expect(proxyError(text, t)).toBe(said);
});
