import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanUp } from '../../src/portal/background/clean-up.ts';
import * as schema from '../../src/portal/db/schema.ts';
import { createRefreshToken, days, testPassword } from './support.ts';
import { luis, startTwoCompanies, type TwoCompanies } from './two-companies-support.ts';

let portal: TwoCompanies;
beforeAll(async () => {
  portal = await startTwoCompanies();
});
afterAll(() => portal.close());

test('cleaning up drops what is over and keeps what can still be used', async () => {
  const { queries } = portal.services.database;
  const session = await portal.signIn(luis, testPassword);
  const first = session.refreshToken;
  const second = createRefreshToken();
  await portal.refresh(session.device, first, second.hash);
  const third = createRefreshToken();
  await portal.refresh(session.device, second.token, third.hash);
  portal.clock.advance(8 * days);
  await cleanUp(portal.services);
  expect(await queries.select().from(schema.accessToken)).toEqual([]);
  // The token before the current one can be repeated; the one before that is gone.
  await portal.refresh(session.device, second.token, third.hash);
  await expect(portal.refresh(session.device, first, second.hash)).rejects.toMatchObject({
    code: 'session-ended',
  });
  await portal.refresh(session.device, third.token, createRefreshToken().hash);
  portal.clock.advance(400 * days);
  await cleanUp(portal.services);
  expect(await queries.select().from(schema.session)).toEqual([]);
  expect(await queries.select().from(schema.refreshToken)).toEqual([]);
});
