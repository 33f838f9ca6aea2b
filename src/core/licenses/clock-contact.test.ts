import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, type RunningCore } from '../../../test/fakes/core-rig.ts';
import { testLicenseKey } from '../../../test/fakes/portal-router.ts';

const day = 86_400_000;
let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

/** A standalone machine whose clock ran ahead for a moment and was put right while the client was off. */
async function suspect(between = () => {}): Promise<RunningCore> {
  const first = await rig.start();
  await first.client.setup.chooseMode({ mode: 'standalone' });
  await first.client.setup.setPortal({ address: rig.portal.address });
  await first.client.setup.activate({ key: testLicenseKey });
  rig.clock.jump(20 * day);
  await rig.clock.advance(30_000);
  await first.core.stop();
  rig.clock.jump(-20 * day);
  rig.portal.calls.length = 0;
  between();
  const again = await rig.start();
  expect(again.core.licenses.status('viga')).toMatchObject({ state: 'clock-suspect' });
  return again;
}

const stateOf = ({ core }: RunningCore) => core.licenses.status('viga').state;

test('a suspect clock is settled by the one contact that the client makes by itself', async () => {
  const running = await suspect();
  await expect
    .poll(async () => {
      await rig.clock.advance(1000);
      return stateOf(running);
    })
    .toBe('active');
  expect(rig.portal.calls).toEqual(['licenses.trust']);
  await running.core.stop();
  expect(stateOf(await rig.start()), 'also after the next start').toBe('active');
});

test('without a network it is asked again until there is one, and at once when the person asks', async () => {
  const running = await suspect(() => {
    rig.portal.line.reachable = false;
  });
  await expect(running.client.licenses.renew()).rejects.toMatchObject({ code: 'network-offline' });
  await rig.clock.advance(600_000);
  expect(stateOf(running)).toBe('clock-suspect');
  rig.portal.line.reachable = true;
  await running.client.licenses.renew();
  expect(stateOf(running)).toBe('active');
});

test('an answer that says no time proves nothing of the clock', async () => {
  rig.portal.line.after = async (_request, response) => {
    response.headers.delete('date');
    return response;
  };
  const running = await suspect();
  await expect
    .poll(async () => {
      await rig.clock.advance(10_000);
      return rig.portal.calls.length;
    })
    .toBeGreaterThan(1);
  expect(stateOf(running)).toBe('clock-suspect');
});
