import { Dispatcher, fetch } from 'undici';
import { expect, test } from 'vitest';
import { hasBlockedPort } from './blocked-ports.ts';

/** Reaches nobody. */
class Nowhere extends Dispatcher {
  override dispatch(): boolean {
    throw new Error('asked');
  }
}

test('what is blocked is what fetch blocks', async () => {
  const dispatcher = new Nowhere();
  const isAsked = (port: number) =>
    fetch(`https://portal.example:${port}`, { dispatcher }).catch(
      (error: Error) => (error.cause as Error).message === 'asked',
    );
  const different: number[] = [];
  for (let port = 1; port <= 10_200; port++)
    if ((await isAsked(port)) === hasBlockedPort(`https://portal.example:${port}`)) different.push(port);
  expect(different).toEqual([]);
});

test.each([
  'https://portal.example:6000',
  'HTTPS://portal.example:06000/aldaba',
  'http://[::1]:6000/',
  'http://localhost:0',
  'https://ana:clave@portal.example:22',
])('%s is blocked', (address) => {
  expect(hasBlockedPort(address)).toBe(true);
});

test.each([
  'https://portal.example',
  'https://portal.example:443',
  'https://portal.example:60000',
  'https://portal.example/aldaba:6000',
  'https://[2001:db8::6000]/',
  'https://ana:6000@portal.example',
])('%s is not', (address) => {
  expect(hasBlockedPort(address)).toBe(false);
});
