import { isDefinedError, safe } from '@orpc/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appStateSchema } from '../../src/contract/client/state.ts';
import { clientContract } from '../../src/contract/client.ts';
import { errorCodes } from '../../src/contract/errors.ts';
import { type CoreRig, createCoreRig, type RunningCore, testEmail } from '../fakes/core-rig.ts';
import { testPassword } from '../fakes/portal.ts';
import { testContact, testIds } from '../fakes/portal-people.ts';
import { type Client, transports } from './transports.ts';

describe.each(transports)('the client contract over $name', ({ connect }) => {
  let rig: CoreRig;
  let running: RunningCore;
  let client: Client;
  let close: () => Promise<void>;

  beforeEach(async () => {
    rig = await createCoreRig();
    running = await rig.start();
    ({ client, close } = await connect(running.core.router));
  });
  afterEach(async () => {
    await close();
    await rig.remove();
  });

  async function signIn(): Promise<void> {
    await client.setup.chooseMode({ mode: 'cloud-signin' });
    await client.setup.setPortal({ address: rig.portal.address });
    await client.setup.signIn({ email: testEmail, password: testPassword });
  }

  test('a whole sign-in, and what follows', async () => {
    expect((await client.state.get()).setup).toMatchObject({
      step: 'choose-mode',
      recommended: 'cloud-signin',
    });
    await signIn();
    const state = await client.state.get();
    expect(appStateSchema.parse(state)).toEqual(state);
    expect(state).toMatchObject({ setup: { step: 'done' }, profile: { identity: { email: testEmail } } });
    expect(await client.people.getContact({ id: testIds.contact })).toEqual(testContact);
    expect(await client.session.list()).toMatchObject({ sessions: [{ current: true }] });
    expect(await client.session.signOut()).toEqual({ told: true });
    expect((await client.state.get()).profile).toBeNull();
  });

  test('watching: the snapshot now, each change, and an end when the watcher leaves', async () => {
    const seen: string[] = [];
    const abort = new AbortController();
    const states = await client.state.watch(undefined, { signal: abort.signal });
    const watching = (async () => {
      for await (const state of states) {
        const step = state.setup.step;
        if (seen.at(-1) !== step) seen.push(step);
      }
    })().catch(() => undefined);
    await expect.poll(() => seen).toEqual(['choose-mode']);
    await client.setup.chooseMode({ mode: 'cloud-signin' });
    await expect.poll(() => seen).toEqual(['choose-mode', 'portal-address']);
    await client.setup.back();
    await expect.poll(() => seen).toEqual(['choose-mode', 'portal-address', 'choose-mode']);
    abort.abort();
    await watching;
    await client.setup.chooseMode({ mode: 'standalone' });
    expect(seen).toHaveLength(3);
  });

  test('a watcher that breaks out of its loop is let go at once, while nothing changes', async () => {
    const states = await client.state.watch();
    const first = await states.next();
    expect(first.done).toBe(false);
    await states.return?.();
    expect((await states.next()).done).toBe(true);
  });

  test('two watchers see the same', async () => {
    const [one, two] = await Promise.all([client.state.watch(), client.state.watch()]);
    await Promise.all([one.next(), two.next()]);
    await client.setup.chooseMode({ mode: 'cloud-key' });
    for (const states of [one, two]) {
      let step: string | undefined = 'choose-mode';
      while (step === 'choose-mode') {
        const next = await states.next();
        step = next.done ? undefined : next.value.setup.step;
      }
      expect(step).toBe('portal-address');
      await states.return?.();
    }
  });

  test('a refusal is an error of the contract with its code, status and data', async () => {
    await client.setup.chooseMode({ mode: 'cloud-signin' });
    const { error } = await safe(client.setup.setPortal({ address: 'http://portal.example' }));
    expect(error).toMatchObject({
      code: 'portal-address-invalid',
      data: { field: 'address', detail: 'insecure' },
    });
    expect(isDefinedError(error)).toBe(true);
    await signIn();
    const exists = await safe(
      client.people.createContact({
        email: testContact.email,
        firstName: 'Elena',
        lastName: 'Rojas',
        roleId: testIds.role,
        idempotencyKey: testIds.contact,
      }),
    );
    expect(exists.error).toMatchObject({ code: 'contact-exists', status: 409, data: { field: 'email' } });
    expect(isDefinedError(exists.error)).toBe(true);
  });

  test('input that the contract does not allow is refused before anything runs, naming the field', async () => {
    // @ts-expect-error: what another program could send
    const mode = await safe(client.setup.chooseMode({ mode: 'telepathy' }));
    expect(mode.error).toMatchObject({ code: 'invalid-input', status: 400, data: { field: 'mode' } });
    expect(isDefinedError(mode.error)).toBe(true);
    const contact = await safe(client.people.getContact({ id: '../../secrets' }));
    expect(contact.error).toMatchObject({ code: 'invalid-input', data: { field: 'id' } });
    // @ts-expect-error: what another program could send
    expect((await safe(client.settings.update({ autoStart: 'maybe' }))).error).toMatchObject({
      code: 'invalid-input',
    });
    expect(running.ports.settings.current().autoStart).toBe(true);
  });

  test('an answer of the core that breaks the contract does not get out', async () => {
    await signIn();
    const state = running.core.state.get();
    running.core.state.update({ device: { ...state.device, score: 400 } });
    const { error } = await safe(client.state.get());
    expect(error).toMatchObject({ code: 'internal' });
    expect(JSON.stringify(error)).not.toContain('400');
    expect(rig.log.lines.some(({ level }) => level === 'error')).toBe(true);
  });

  test('fields that the contract does not name are taken off on their way out', async () => {
    const leaking = { ...running.core.state.get().client, token: 'c2VjcmV0' };
    running.core.state.update({ client: leaking });
    expect(JSON.stringify(await client.state.get())).not.toContain('c2VjcmV0');
    const states = await client.state.watch();
    expect(JSON.stringify((await states.next()).value)).not.toContain('c2VjcmV0');
    await states.return?.();
  });

  test('a call that its caller gives up ends', async () => {
    await signIn();
    const abort = new AbortController();
    let asked = false;
    rig.portal.line.before = (request) =>
      new Promise((_resolve, reject) => {
        asked = true;
        request.signal.addEventListener('abort', () => reject(request.signal.reason));
      });
    const call = safe(client.people.listRoles(undefined, { signal: abort.signal }));
    await expect.poll(() => asked).toBe(true);
    abort.abort();
    expect((await call).error).not.toBeNull();
  });

  test('defaults are filled in, dates and nulls arrive as they are', async () => {
    await signIn();
    const page = await client.people.listContacts({});
    expect(page).toEqual({ contacts: [testContact], next: null, previous: null, total: 1, offset: 0 });
  });
});

test('every refusal of the product is one that every procedure of the client may answer', () => {
  const codes = Object.keys(clientContract.people.listContacts['~orpc'].errorMap).sort();
  expect(codes).toEqual([...errorCodes].sort());
});
