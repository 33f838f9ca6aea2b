import { describe, expect, test } from 'vitest';
import { createTranslate } from '../core/shell/texts.ts';
import { findPools, findRole } from './find.ts';
import type { Client } from './open-client.ts';
import { loadTexts } from './texts.ts';

const roles = [
  { id: '0b0e3c64-9df0-4b8e-8a6b-0f6c7b1a2d11', key: 'administrator', name: 'Administrator' },
  { id: '0b0e3c64-9df0-4b8e-8a6b-0f6c7b1a2d12', key: 'license-installer', name: 'License installer' },
  { id: '0b0e3c64-9df0-4b8e-8a6b-0f6c7b1a2d13', key: null, name: 'Obra Norte' },
];
const client = { people: { listRoles: async () => ({ roles, helpUrl: null }) } } as unknown as Client;

describe.each([
  ['es', 'Instalador de licencias'],
  ['pt', 'Instalador de licenças'],
  ['en', 'License installer'],
] as const)('a role in %s', (language, shown) => {
  const context = async () => ({ t: createTranslate(language, await loadTexts(language)) });

  test.each([shown, shown.toUpperCase(), 'license-installer', 'License installer', roles[1]?.id ?? ''])(
    'is found as %s',
    async (name) => {
      expect(await findRole(await context(), client, name)).toBe(roles[1]);
    },
  );

  test('that is not there: the others are named as they are shown', async () => {
    await expect(findRole(await context(), client, 'Jefe')).rejects.toMatchObject({
      key: 'usage.noRole',
      details: [
        expect.stringContaining('administrator'),
        `  license-installer  ${shown}`,
        expect.stringContaining('Obra Norte'),
      ],
    });
  });
});

describe('the seats of a product', () => {
  const pools = [
    { id: 'a', product: 'viga' },
    { id: 'b', product: 'portico' },
    { id: 'c', product: 'viga' },
  ];
  const withPools = { people: { listPools: async () => ({ pools }) } } as unknown as Client;

  test.each([
    ['viga', ['a', 'c']],
    ['c', ['c']],
  ])('%s: each purchase of it', async (name, ids) => {
    expect((await findPools(withPools, name)).map(({ id }) => id)).toEqual(ids);
  });

  test('that the company did not buy', async () => {
    await expect(findPools(withPools, 'puente')).rejects.toMatchObject({ key: 'usage.noPool' });
  });
});
