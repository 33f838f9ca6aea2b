import type { Page } from 'playwright-core';
import type { AppState, LicenseView } from '../../../../src/contract/client/state.ts';
import { at, borrowedView, leaseView, offline, passView, problem } from '../states.ts';
import { holding } from './license-worlds.ts';
import type { Scenario } from './scenario.ts';

const idleBorrowed: LicenseView = { ...borrowedView, programs: [] };

function borrowing(
  name: string,
  view: LicenseView,
  act?: Required<Scenario>['act'],
  change: Partial<AppState> = {},
): Scenario {
  return { name: `license/${name}`, world: holding([view], change), ...(act === undefined ? {} : { act }) };
}

async function ask(page: Page, name: string): Promise<void> {
  await page.getByRole('article').getByRole('button', { name }).click();
  await page.getByRole('dialog').waitFor();
}

const askToBorrow = async (page: Page) => {
  await ask(page, 'Llevar prestada…');
  await page.getByRole('spinbutton').waitFor();
};

const answer = (page: Page, name: string) => page.getByRole('dialog').getByRole('button', { name }).click();

/** A floating license taken away from the network, and given back. */
export const borrowingScenarios: readonly Scenario[] = [
  borrowing('borrowable', leaseView),
  {
    name: 'license/borrowable-long-name',
    world: holding([
      {
        ...leaseView,
        product: 'muro',
        productName: 'Muros de contención y pantallas ancladas',
        programs: [],
      },
      { ...borrowedView, product: 'losa', productName: 'Losas y forjados mixtos', programs: [] },
    ]),
  },
  borrowing('borrow-dialog', leaseView, askToBorrow),
  borrowing('borrow-few', { ...leaseView, borrowDays: 1 }, askToBorrow),
  borrowing('borrow-wrong', leaseView, async (page) => {
    await askToBorrow(page);
    await page.getByRole('spinbutton').fill('40');
    await page.keyboard.press('Enter');
    await page.getByText('Escriba un número entero').waitFor();
  }),
  {
    ...borrowing('borrow-refused', leaseView, async (page) => {
      await askToBorrow(page);
      await page.keyboard.press('Enter');
      await page.getByRole('alert').filter({ hasText: 'Se presta por 3 días' }).waitFor();
    }),
    prepare: (core) => core.refuse('licenses.borrow', 'borrow-too-long', { maximum: 3 }),
  },
  borrowing('borrow-offline', leaseView, askToBorrow, { connection: offline }),
  borrowing('lent', leaseView, async (page) => {
    await askToBorrow(page);
    await page.keyboard.press('Enter');
    await page.getByText('queda prestada a este equipo').waitFor();
  }),
  borrowing('borrowed', borrowedView),
  borrowing('borrowed-offline', borrowedView, undefined, { connection: offline }),
  borrowing('borrow-change', borrowedView, (page) => ask(page, 'Cambiar días…')),
  borrowing('borrowed-ending', {
    ...borrowedView,
    renewedAt: at(-11, 'd'),
    expiresAt: at(3, 'd'),
    until: at(3, 'd'),
    warnings: [{ kind: 'expires', at: at(3, 'd') }],
  }),
  borrowing(
    'borrow-over',
    {
      ...borrowedView,
      state: 'read-only',
      permit: 'read-only',
      renewedAt: at(-8, 'd'),
      expiresAt: at(-1, 'd'),
      until: null,
      problem: problem('read-only', { product: 'Pórtico' }),
    },
    undefined,
    { connection: offline },
  ),
  borrowing('return-dialog', borrowedView, (page) => ask(page, 'Devolver…')),
  borrowing('return-dialog-offline', borrowedView, (page) => ask(page, 'Devolver…'), { connection: offline }),
  borrowing(
    'return-receipt',
    idleBorrowed,
    async (page) => {
      await ask(page, 'Devolver…');
      await answer(page, 'Devolver');
      await page.getByRole('dialog', { name: 'Guarde el recibo' }).waitFor();
    },
    { connection: offline },
  ),
  {
    name: 'license/returned-borrowed',
    world: holding([passView], {
      connection: offline,
      returned: [{ product: 'portico', productName: 'Pórtico', kind: 'borrow' }],
    }),
  },
];
