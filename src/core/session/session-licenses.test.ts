import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, type RunningCore, testUse } from '../../../test/fakes/core-rig.ts';
import { testCloudKey } from '../../../test/fakes/portal-router.ts';

const use = { ...testUse, features: [], interactive: true };
const never = new AbortController().signal;
const asked = () => rig.portal.calls.filter((name) => name === 'licenses.acquire').length;

let rig: CoreRig;
let running: RunningCore;
beforeEach(async () => {
  rig = await createCoreRig();
  running = await rig.start();
  await rig.signIn(running);
});
afterEach(() => rig.remove());

describe('a session that the portal ended', () => {
  test('A17: the program that finds it out waits for the one sign-in', async () => {
    for (const session of rig.portal.sessions) rig.portal.end(session, 'password-set');
    const answer = running.core.licenses.acquire(use, never);
    await expect.poll(() => rig.opener.windows).toEqual(['sign-in']);
    expect(running.core.session.hasIdentity()).toBe(false);
    await rig.signIn(running);
    expect(await answer).toMatchObject({ permit: 'full' });
  });

  test('a program that runs goes on, the window opens once, and signing in again keeps what it holds', async () => {
    await running.core.licenses.acquire(use, never);
    for (const session of rig.portal.sessions) rig.portal.end(session, 'password-set');
    await expect(running.client.people.listContacts({})).rejects.toMatchObject({ code: 'session-ended' });
    await expect.poll(() => rig.opener.windows).toEqual(['notice']);
    expect(running.core.licenses.status('viga')).toMatchObject({ permit: 'full' });
    await rig.signIn(running);
    await expect.poll(() => rig.portal.calls).toContain('licenses.renew');
    expect(running.core.licenses.status('viga')).toMatchObject({ permit: 'full' });
    expect(asked()).toBe(1);
  });

  test('because the person was suspended: a program that runs may open and save, at once', async () => {
    await running.core.licenses.acquire(use, never);
    for (const session of rig.portal.sessions) rig.portal.end(session, 'suspended');
    await expect(running.client.people.listContacts({})).rejects.toMatchObject({ code: 'access-ended' });
    await expect.poll(() => running.core.licenses.status('viga')).toMatchObject({ permit: 'read-only' });
  });
});

test('another person signs in on the same computer and company: nothing of the first one counts', async () => {
  await running.core.licenses.acquire(use, never);
  const before = running.core.licenses.status('viga').document;
  await rig.clock.advance(60_000);
  await running.client.setup.back();
  await rig.signIn(running, 'marcos.vidal@condor.example');
  const { setup } = running.core.state.get();
  if (setup.step === 'choose-account') {
    const condor = setup.accounts.find(({ account }) => account.name === 'Estructuras Cóndor');
    await running.client.setup.chooseAccount({ accountId: condor?.account.id ?? '' });
  }
  await expect.poll(asked).toBe(2);
  await expect.poll(() => running.core.licenses.status('viga').permit).toBe('full');
  expect(running.core.licenses.status('viga').document).not.toBe(before);
});

describe('a cloud key that goes', () => {
  beforeEach(async () => {
    await running.client.session.signOut();
    await running.client.setup.back();
    await running.client.setup.chooseMode({ mode: 'cloud-key' });
    await running.client.setup.enterKey({ key: testCloudKey });
    await running.core.licenses.acquire(use, never);
  });
  const released = () => rig.portal.calls.filter((name) => name === 'licenses.release').length;
  const left = () => rig.portal.calls.filter((name) => name === 'sessions.leaveKey').length;

  test('signing out gives back what it holds, while the key is still there', async () => {
    await running.client.session.signOut();
    expect([released(), left()]).toEqual([1, 1]);
    expect(running.core.licenses.status('viga')).toMatchObject({ permit: 'read-only' });
    expect(running.core.session.hasIdentity()).toBe(false);
  });

  test('so does a person who signs in in its place, and programs that run ask anew', async () => {
    const before = asked();
    await running.client.setup.back();
    await rig.signIn(running);
    expect([released(), left()]).toEqual([1, 1]);
    await expect.poll(asked).toBe(before + 1);
    await expect.poll(() => running.core.licenses.status('viga').permit).toBe('full');
  });
});
