import { describe, expect, test } from 'vitest';
import type { AppState, LicenseView } from '../contract/client/state.ts';
import { AldabaError } from '../contract/errors.ts';
import { handIn } from './hand-in.ts';
import type { Client } from './open-client.ts';

const product = 'viga';
const receipt = { fileName: 'viga.aldaba-receipt', content: 'receipt' };

/** A client that holds a right of one kind, and what it gave back before. */
function holding(kind: LicenseView['kind'], before: AppState['returned'][number]['kind'] | null = null) {
  const licenses = kind === null ? [] : [{ product, kind }];
  const returned = before === null ? [] : [{ product, productName: 'Viga', kind: before }];
  const client = {
    state: { get: async () => ({ licenses, returned }) },
    licenses: {
      returnBorrowed: async () => ({ told: true, fileName: null, content: null }),
      async giveBack() {
        if (kind !== 'license') throw new AldabaError('not-licensed', product);
        return { told: false, ...receipt };
      },
      receipt: async () => receipt,
    },
  };
  return client as unknown as Client;
}

describe('giving back', () => {
  test.each([
    ['borrow', null, { borrowed: true, told: true }],
    ['license', null, { borrowed: false, told: false, ...receipt }],
    ['borrow', 'borrow', { borrowed: true, told: true }],
    ['license', 'license', { borrowed: false, told: false, ...receipt }],
    [null, 'borrow', { borrowed: true, told: false, ...receipt }],
    [null, 'license', { borrowed: false, told: false, ...receipt }],
    ['lease', 'borrow', { borrowed: true, told: false, ...receipt }],
  ] as const)('held: %s, given back before and not told: %s', async (held, before, expected) => {
    expect(await handIn(holding(held, before), product)).toMatchObject(expected);
  });

  test('where nothing is held there is nothing to give back', async () => {
    await expect(handIn(holding(null), product)).rejects.toMatchObject({ code: 'not-licensed' });
  });

  test.each(['lease', 'offline-pass'] as const)(
    'of %s, which is held, it is not said that there is none',
    async (held) => {
      await expect(handIn(holding(held), product)).rejects.toMatchObject({
        key: 'usage.notReturnable',
        values: { name: product },
      });
    },
  );
});
