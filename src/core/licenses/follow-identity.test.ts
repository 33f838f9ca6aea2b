import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';

let rig: LicensingRig;
beforeEach(async () => {
  rig = await createLicensingRig();
});
afterEach(() => rig.remove());

describe('identity', () => {
  test('signing out ends what was held; a program that runs may open and save', async () => {
    await rig.acquire(rig.use('viga'));
    rig.session.identity = false;
    rig.session.emit('signed-out');
    await becomes(() =>
      expect(rig.heard.at(-1)?.license).toMatchObject({ state: 'needs-identity', permit: 'read-only' }),
    );
    expect(await rig.record('viga')).toBeNull();
  });

  test('a session ended by the portal ends what was held; after the next sign-in a program that runs has it again', async () => {
    await rig.acquire(rig.use('viga'));
    rig.session.identity = false;
    rig.session.emit('ended');
    await becomes(() =>
      expect(rig.heard.at(-1)?.license).toMatchObject({
        state: 'needs-identity',
        permit: 'read-only',
        reason: 'not-signed-in',
      }),
    );
    expect(await rig.record('viga')).toBeNull();
    rig.session.identity = true;
    rig.session.emit('ready');
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' }),
    );
  });

  test('C10: entering another company gives back the first one’s lease and takes one there', async () => {
    await rig.acquire(rig.use('viga'));
    rig.portal.account = randomUUID();
    rig.session.profile = { membership: { account: { id: rig.portal.account } } } as NonNullable<
      typeof rig.session.profile
    >;
    rig.session.emit('ready');
    await becomes(() => expect(rig.portal.count('acquire')).toBe(2));
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' }),
    );
    await rig.pass(30_000, 1000);
    expect(rig.portal.active().map(({ account }) => account)).toEqual([rig.portal.account]);
  });
});
