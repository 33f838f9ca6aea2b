import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStandaloneRig, type StandaloneRig } from '../../../test/fakes/standalone-rig.ts';

const day = 86_400_000;
let rig: StandaloneRig;
beforeEach(async () => {
  rig = await createStandaloneRig();
});
afterEach(() => rig.remove());

test('where there is no network, a newly issued file settles a clock that had run ahead', async () => {
  rig.portal.fault = 'network-offline';
  const seconds = Math.floor(rig.ports.clock.now() / 1000);
  const installed = await rig.license({ iat: seconds - 60 });
  await rig.licenses.installLicense(installed);
  rig.ports.clock.jump(20 * day);
  await rig.pass(30_000);
  await rig.licenses.stop();
  rig.ports.clock.jump(-20 * day);
  await rig.boot();
  await rig.licenses.installLicense(installed);
  expect(rig.licenses.status('viga'), 'the same file again').toMatchObject({ state: 'clock-suspect' });
  await rig.licenses.installLicense(await rig.license({ iat: seconds + 20, seq: 1 }));
  expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' });
});

test('a clock set back by weeks: full for 72 h, then read-only until the portal was reached', async () => {
  await rig.licenses.installLicense(await rig.license({ nbf: 1_772_438_400 - 40 * 86_400 }));
  await rig.licenses.stop();
  rig.ports.clock.jump(-20 * day);
  await rig.boot();
  expect(await rig.acquire(rig.use('viga'))).toMatchObject({ state: 'clock-suspect', permit: 'full' });
  rig.ports.clock.suspend(3 * day - 1000);
  expect(rig.licenses.status('viga')).toMatchObject({ state: 'clock-suspect', permit: 'full' });
  rig.ports.clock.suspend(1000);
  expect(rig.licenses.status('viga')).toMatchObject({ state: 'read-only', reason: 'clock-suspect' });
  rig.portal.tell({ ok: true, serverTime: rig.ports.clock.now(), serves: true });
  expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' });
});

test('a clock set back by what each night sleeps is suspect once it is a day behind', async () => {
  await rig.licenses.installLicense(await rig.license({ nbf: 1_772_438_400 - 40 * 86_400 }));
  const states: string[] = [];
  for (let night = 0; night < 3; night++) {
    rig.ports.clock.suspend(day / 2);
    rig.ports.clock.jump(-day / 2);
    await rig.pass(60_000);
    states.push(rig.licenses.status('viga').state);
  }
  expect(states).toEqual(['active', 'active', 'clock-suspect']);
});
