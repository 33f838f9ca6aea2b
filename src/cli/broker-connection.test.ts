import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BrokerRig, createBrokerRig } from '../../test/fakes/broker-rig.ts';
import { AldabaError } from '../contract/errors.ts';
import { type BrokerConnection, connectToBroker } from './broker-connection.ts';

let rig: BrokerRig;
let connection: BrokerConnection;
const signal = new AbortController().signal;

beforeEach(async () => {
  rig = await createBrokerRig();
  const program = { program: 'viga', version: '1', nonce: 'n'.repeat(22), language: 'es' };
  connection = await connectToBroker(rig.ports.paths, program);
});
afterEach(async () => {
  connection.close();
  await rig.remove();
});

test('borrowing says the days, and answers where the license stands', async () => {
  const asked: unknown[] = [];
  rig.licenses.borrow = async (product, days, use) => void asked.push(product, days, use?.program);
  await connection.acquire({ features: [], interactive: false }, signal);
  expect(await connection.borrow({ days: 5 }, signal)).toMatchObject({ permit: 'full', kind: 'lease' });
  expect(asked).toEqual(['viga', 5, 'viga']);
});

test('a refusal keeps its code', async () => {
  rig.licenses.borrow = async () => {
    throw new AldabaError('borrow-too-long', 'up to 14');
  };
  await expect(connection.borrow({ days: 20 }, signal)).rejects.toMatchObject({ code: 'borrow-too-long' });
});
