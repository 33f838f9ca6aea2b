import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BrokerRig, createBrokerRig, refusalOf } from '../../../test/fakes/broker-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';
import { brokerLicenseSchema } from '../../contract/broker.ts';

const day = 86_400_000;
let rig: BrokerRig;
beforeEach(async () => {
  rig = await createBrokerRig();
});
afterEach(() => rig.remove());

const codeOf = async (answer: Promise<unknown>) => (await refusalOf(answer)).data?.code;

async function running(language = 'en') {
  const program = await rig.start('viga', { language });
  await program.request('license/acquire');
  return program;
}

test('a program borrows for as long as it says, 7 days unless it does, and others of its product hear of it', async () => {
  const [program, other] = [await running(), await running()];
  const answer = brokerLicenseSchema.parse(await program.request('license/borrow', {}));
  const until = new Date(rig.ports.clock.now() + 7 * day).toISOString();
  const license = { state: 'borrowed', permit: 'full', kind: 'borrow', until };
  expect(answer).toMatchObject({
    ...license,
    message: expect.stringMatching(/^License borrowed until Mar 9/),
  });
  await becomes(() =>
    expect(other.notifications.at(-1)).toMatchObject({ method: 'license/changed', params: license }),
  );
  expect(await program.request('license/status')).toEqual(answer);
  expect(await program.request('license/borrow', { days: 9 })).toMatchObject({
    until: new Date(rig.ports.clock.now() + 9 * day).toISOString(),
  });
  // What was promised once is not made shorter.
  expect(await program.request('license/borrow', { days: 2 })).toMatchObject({
    until: new Date(rig.ports.clock.now() + 9 * day).toISOString(),
  });
  expect(rig.portal.active()).toHaveLength(1);
});

test('the program ends: what is borrowed stays, and the next one has it with no network', async () => {
  const program = await running();
  await program.request('license/borrow', {});
  program.close();
  await becomes(() => expect(rig.uses()).toEqual([]));
  await rig.pass(60_000, 10_000);
  rig.portal.fault = 'network-offline';
  expect(await (await rig.start()).request('license/acquire')).toMatchObject({ state: 'borrowed' });
});

test('given back: programs go on with a lease', async () => {
  const [program, other] = [await running(), await running()];
  await program.request('license/borrow', {});
  await becomes(() => expect(other.notifications).toHaveLength(1));
  other.notifications.length = 0;
  expect(await program.request('license/return')).toMatchObject({
    state: 'active',
    permit: 'full',
    kind: 'lease',
    message: 'License active.',
  });
  await becomes(() =>
    expect(other.notifications).toMatchObject([{ params: { state: 'active', kind: 'lease' } }]),
  );
});

test('given back without network: read-only, without a document', async () => {
  const program = await running();
  await program.request('license/borrow', {});
  rig.portal.fault = 'network-offline';
  const answer = await program.request('license/return');
  expect(answer).toMatchObject({ state: 'released', permit: 'read-only' });
  expect(answer).not.toHaveProperty('document');
  expect(rig.parts.state.get().returned).toMatchObject([{ product: 'viga', kind: 'borrow' }]);
});

test('who holds nothing borrows nothing and gives nothing back', async () => {
  const before = await rig.start();
  expect(await codeOf(before.request('license/borrow', {}))).toBe('not-licensed');
  expect(await codeOf(before.request('license/return'))).toBe('not-licensed');
  const after = await running();
  await after.request('license/borrow', {});
  await after.request('license/release');
  expect(await codeOf(after.request('license/borrow', {}))).toBe('not-licensed');
  expect(await codeOf(after.request('license/return'))).toBe('not-licensed');
  expect(rig.licenses.status('viga')).toMatchObject({ state: 'borrowed' });
});

test('what is not lent, too many days, and days that are none', async () => {
  rig.portal.named.add('portico');
  const named = await rig.start('portico');
  await named.request('license/acquire');
  expect(await codeOf(named.request('license/borrow', {}))).toBe('borrow-unavailable');
  const program = await running();
  const { data } = await refusalOf(program.request('license/borrow', { days: 15 }));
  expect(data).toMatchObject({ code: 'borrow-too-long', data: { maximum: 14 } });
  expect(data?.message).not.toBe('');
  expect(data?.next).not.toBe('');
  for (const days of [0, 31, 1.5])
    expect((await refusalOf(program.request('license/borrow', { days }))).code).toBe(-32602);
  expect(await codeOf(program.request('license/return'))).toBe('not-borrowed');
  // Of the limit alone the portal is asked: it may be another by now.
  expect(rig.portal.count('borrow')).toBe(1);
});
