import { expect, test } from 'vitest';
import { createLaunchTokens, launchLifetime } from './launch-tokens.ts';

test('a launch link is too old after half an hour', () => {
  let now = 0;
  const tokens = createLaunchTokens(() => now);
  const [token, other] = [tokens.issue(), tokens.issue()];
  now = launchLifetime - 1;
  expect(tokens.redeem(token)).not.toBeNull();
  now = launchLifetime;
  expect(tokens.redeem(other)).toBeNull();
});
