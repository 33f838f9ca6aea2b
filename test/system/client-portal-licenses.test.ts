import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { demonstration, demonstrationKeys } from '../../src/portal/demonstration/access.ts';
import { testComponents } from '../fakes/hardware.ts';
import { clientAndPortal } from './client-portal-support.ts';

describe('programs and licenses of client and portal together', () => {
  const rig = clientAndPortal();

  test('A16: programs are listed, downloaded, verified and opened', async () => {
    const { core, client } = await rig.signIn(demonstration.engineer);
    const { releases } = await client.programs.list();
    const release = releases[0];
    if (release === undefined) throw new Error('the demonstration has no releases');
    await client.programs.download({ releaseId: release.id });
    await expect.poll(() => core.state.get().downloads[0]?.state).toBe('ready');
    const { path } = core.state.get().downloads[0] ?? {};
    const sha256 = createHash('sha256')
      .update(await readFile(path ?? ''))
      .digest('hex');
    expect(sha256).toBe(release.sha256);
    await client.programs.open({ releaseId: release.id });
    expect(rig.ports.opener.files).toEqual([path]);
  });

  test('A19: a cloud key, and a license that activates this device', async () => {
    const { core, client } = await rig.start();
    await client.setup.chooseMode({ mode: 'cloud-key' });
    await client.setup.setPortal({ address: rig.portal.url });
    await expect(client.setup.enterKey({ key: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' })).rejects.toMatchObject({
      code: 'key-invalid',
    });
    await client.setup.enterKey({ key: demonstrationKeys.cloud });
    expect(core.state.get().setup).toMatchObject({ step: 'done', mode: 'cloud-key' });
    await client.programs.list();
    await client.setup.back();
    await client.setup.chooseMode({ mode: 'standalone' });
    await client.setup.activate({ key: demonstrationKeys.standalone });
    expect(core.state.get()).toMatchObject({
      setup: { step: 'done', mode: 'standalone' },
      licenses: [{ product: 'viga', permit: 'full', kind: 'license' }],
    });
    expect([...rig.ports.secrets.entries.keys()]).not.toContain('cloud-key');
  });

  test('a license that was given back leaves its place to another device', async () => {
    const key = await rig.oneDeviceKey();
    const first = await rig.activated(key);
    await expect(rig.activated(key)).rejects.toMatchObject({ code: 'key-exhausted' });
    const { product } = first.core.state.get().licenses?.[0] ?? {};
    expect(await first.client.licenses.giveBack({ product: product ?? '' })).toMatchObject({ told: true });
    await rig.activated(key);
  });

  test('a computer whose parts changed is registered again with the key, and takes no second place', async () => {
    const key = await rig.oneDeviceKey();
    const { core } = await rig.activated(key);
    rig.ports.hardware.components = { ...testComponents, smbios: 'x', board: 'x', network: 'x', cpu: 'x' };
    await core.stop();
    const again = await rig.start();
    await expect.poll(() => again.core.state.get().device.match).toBe('drift');
    await expect(again.client.licenses.registerAgain({ key: demonstrationKeys.cloud })).rejects.toMatchObject(
      { code: 'key-invalid' },
    );
    expect(again.core.state.get().device.match).toBe('drift');
    await again.client.licenses.registerAgain({ key });
    expect(again.core.state.get()).toMatchObject({
      device: { match: 'match', score: 100 },
      licenses: [{ product: 'viga', state: 'active', permit: 'full' }],
    });
    await expect(rig.activated(key)).rejects.toMatchObject({ code: 'key-exhausted' });
  });
});
