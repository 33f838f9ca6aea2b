import type { Locator, Page } from 'playwright-core';
import type { AppState } from '../../../../src/contract/client/state.ts';
import type { Permission } from '../../../../src/contract/permissions.ts';
import type { FakeCore } from '../fake-core.ts';
import { administratorProfile, offline, signedInState } from '../states.ts';
import type { Scenario } from './scenario.ts';

function people(
  name: string,
  contacts: number,
  change: Partial<AppState> = {},
  prepare?: (core: FakeCore) => void,
): Scenario {
  const world = { state: { ...signedInState, ...change }, contacts };
  return { name: `people/${name}`, world, hash: '#/people', ...(prepare === undefined ? {} : { prepare }) };
}

/** May look and nothing else. */
const reader: Partial<AppState> = {
  profile: {
    ...administratorProfile,
    permissions: ['contact:read', 'role:read', 'software:read'] satisfies Permission[],
  },
};

/** The directory once the person has done something in it. */
function after(name: string, act: Required<Scenario>['act'], prepare?: (core: FakeCore) => void): Scenario {
  return { ...people(name, 64, {}, prepare), act };
}

/** A company that lends no seat, looked at by somebody who may not change that. */
const noLender: Partial<AppState> = {
  profile: {
    ...administratorProfile,
    permissions: administratorProfile.permissions.filter((one) => one !== 'seat:lend'),
  },
};

async function openLend(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'cambiar los días de préstamo de Pórtico' }).click();
  await page.getByRole('spinbutton').waitFor();
}

/** The row at a position, its contact here. */
function row(page: Page, index: number): Locator {
  return page.locator(`[role=row][data-index="${index}"]:not([aria-busy])`);
}

async function openAdd(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Agregar persona' }).first().click();
  await page.getByRole('radio').first().waitFor();
}

async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.locator(`[name=${name}]`).fill(value);
}

async function openRow(page: Page, index: number): Promise<void> {
  await row(page, index).click();
  await page.getByRole('dialog').getByRole('radio').first().waitFor();
}

async function pick(page: Page, index: number, item: string): Promise<void> {
  await row(page, index).getByRole('button').click();
  await page.getByRole('menuitem', { name: item }).click();
}

const rosa = { firstName: 'Rosa', lastName: 'Peña Leal', email: 'rosa.pena@condor.example' };

export const peopleScenarios: readonly Scenario[] = [
  people('table', 100_000),
  people('few', 6),
  people('empty', 0),
  people('reader', 64, reader, (core) => core.directory.seenBy([])),
  people('offline', 64, { connection: offline }),
  people('keychain-unavailable', 64, { keychain: { backend: 'memory', state: 'unavailable' } }),
  people('loading', 64, {}, (core) => {
    core.hold('people.listContacts');
    core.hold('people.listPools');
  }),
  people('error', 64, {}, (core) => {
    core.refuse('people.listContacts', 'unavailable', { retryAfter: 120, requestId: '01JNB7Q' });
    core.refuse('people.listPools', 'unavailable');
  }),
  people('error-offline', 64, { connection: offline }, (core) => {
    core.refuse('people.listContacts', 'network-offline');
    core.refuse('people.listPools', 'network-offline');
  }),
  people('forbidden', 64, {}, (core) => {
    core.refuse('people.listContacts', 'forbidden');
    core.refuse('people.listPools', 'forbidden');
  }),
  after('menu', async (page) => {
    await row(page, 0).getByRole('button').click();
    await page.getByRole('menuitem').first().waitFor();
  }),
  after('search', async (page) => {
    await page.getByRole('textbox').fill('jimenez');
    await page.getByText(/encontrad/).waitFor();
  }),
  after('search-failed', async (page, { core }) => {
    await row(page, 0).waitFor();
    core.refuse('people.listContacts', 'unavailable');
    await page.getByRole('textbox').fill('jimenez');
    await page.getByText('El portal no puede atender ahora').waitFor();
  }),
  after('no-results', async (page) => {
    await page.getByRole('textbox').fill('zzz');
    await page.getByText('Nadie coincide').waitFor();
  }),
  people('not-lent', 64, noLender, ({ directory }) => {
    directory.pools = directory.pools.map((pool) => ({ ...pool, borrowDays: 0 }));
  }),
  after('lend', openLend),
  after(
    'lend-refused',
    async (page) => {
      await openLend(page);
      await page.getByRole('spinbutton').fill('30');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').getByRole('alert').waitFor();
    },
    (core) => core.refuse('people.setBorrowDays', 'unavailable', { requestId: '01JNB7Q4ZK' }),
  ),
  after('lend-saved', async (page) => {
    await openLend(page);
    await page.getByRole('spinbutton').fill('0');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Deshacer' }).waitFor();
  }),
  after('add', openAdd),
  after('add-shared', async (page) => {
    await openAdd(page);
    await page.getByRole('checkbox', { name: 'Es un buzón compartido' }).check();
  }),
  after('add-incomplete', async (page) => {
    await openAdd(page);
    await page.getByRole('button', { name: 'Agregar e invitar' }).click();
    await page.getByText('Escriba el nombre.').waitFor();
  }),
  after('add-twice', async (page, { core }) => {
    await openAdd(page);
    await fill(page, { ...rosa, email: core.directory.contacts[3]?.email ?? '' });
    await page.getByRole('button', { name: 'Agregar e invitar' }).click();
    await page.getByRole('button', { name: 'Ver quién es' }).waitFor();
  }),
  after(
    'add-refused',
    async (page) => {
      await openAdd(page);
      await fill(page, rosa);
      await page.getByRole('button', { name: 'Agregar e invitar' }).click();
      await page.getByRole('alert').filter({ hasText: 'puestos' }).scrollIntoViewIfNeeded();
    },
    (core) =>
      core.refuse('people.createContact', 'no-seats-available', {
        available: 0,
        needed: 1,
        buyUrl: 'https://aldaba.example/comprar',
      }),
  ),
  after('added', async (page) => {
    await openAdd(page);
    await fill(page, rosa);
    await page.getByRole('button', { name: 'Agregar e invitar' }).click();
    await page.getByRole('heading', { name: 'Se agregó a Rosa Peña Leal' }).waitFor();
  }),
  after('discard', async (page) => {
    await openAdd(page);
    await fill(page, rosa);
    await page.keyboard.press('Escape');
    await page.getByText('No se ha guardado.').waitFor();
  }),
  after('contact', (page) => openRow(page, 5)),
  {
    ...people('contact-roles-refused', 64, {}, (core) => core.refuse('people.listRoles', 'unavailable')),
    async act(page) {
      await row(page, 5).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Reintentar' }).scrollIntoViewIfNeeded();
    },
  },
  {
    ...people('add-pools-refused', 64, {}, (core) => core.refuse('people.listPools', 'unavailable')),
    async act(page) {
      await openAdd(page);
      await page.getByRole('dialog').getByRole('button', { name: 'Reintentar' }).scrollIntoViewIfNeeded();
    },
  },
  after('add-field-refused', async (page) => {
    await openAdd(page);
    await fill(page, { ...rosa, email: 'peña@condor.example' });
    await page.getByRole('button', { name: 'Agregar e invitar' }).click();
    await page.getByText('Con esta dirección no se puede').scrollIntoViewIfNeeded();
  }),
  after('reset-over-contact', async (page) => {
    await openRow(page, 5);
    await page.locator('[name=jobTitle]').fill('Coordinadora BIM');
    await page.getByRole('button', { name: 'Más acciones' }).click();
    await page.getByRole('menuitem', { name: 'Restablecer' }).click();
    await page.getByRole('dialog', { name: '¿Restablecer la contraseña' }).waitFor();
  }),
  after(
    'seat-gone',
    async (page, { core }) => {
      await pick(page, 5, 'Puestos');
      const zapata = page.getByRole('dialog').getByRole('listitem').filter({ hasText: 'Zapata' });
      await zapata.waitFor();
      core.directory.pools = core.directory.pools.map((pool) => ({
        ...pool,
        used: pool.total,
        available: 0,
      }));
      await zapata.getByRole('button').click();
      await page.getByText('Puestos necesarios: 1; libres: 0.').waitFor();
    },
    (core) => {
      core.directory.pools = core.directory.pools.map((pool) => ({
        ...pool,
        used: pool.total - 1,
        available: 1,
      }));
    },
  ),
  after('contact-menu', async (page) => {
    await openRow(page, 5);
    await page.getByRole('button', { name: 'Más acciones' }).click();
    await page.getByRole('menuitem').first().waitFor();
  }),
  after('contact-seats', async (page) => {
    await pick(page, 5, 'Puestos');
    await page.getByRole('heading', { name: 'Puestos' }).waitFor();
  }),
  after('contact-changed', async (page, { core }) => {
    await openRow(page, 5);
    const email = await page.locator('[role=dialog] h2 span').last().textContent();
    const contact = core.directory.contacts.find((one) => one.email === email);
    await page.locator('[name=jobTitle]').fill('Coordinadora BIM');
    core.directory.change(contact?.id ?? '', { jobTitle: 'Jefa de proyecto', phone: '+51 600 100 200' });
    await page.getByRole('button', { name: 'Guardar' }).click();
    await page.getByText('Otra persona guardó cambios').waitFor();
  }),
  after('step-up', async (page) => {
    await openRow(page, 5);
    await page.getByRole('radio', { name: 'Administrador' }).check();
    await page.getByRole('button', { name: 'Guardar' }).click();
    await page.getByLabel('Su contraseña').waitFor();
  }),
  after('delete', async (page) => {
    await pick(page, 5, 'Eliminar');
    await page.getByLabel('Su contraseña').waitFor();
  }),
  after('reset', async (page) => {
    await pick(page, 5, 'Restablecer');
    await page.getByRole('dialog').waitFor();
  }),
  after('suspended', async (page) => {
    await pick(page, 5, 'Suspender');
    await page.getByRole('button', { name: 'Deshacer' }).waitFor();
  }),
  after('uninvited', async (page) => {
    await row(page, 0).waitFor();
    await page.getByLabel('Filtrar por estado').selectOption('invited');
    await page.getByText(/encontrad/).waitFor();
    await pick(page, 0, 'Suspender');
    await page.getByRole('button', { name: 'Deshacer' }).click();
    await page.getByRole('button', { name: 'Reenviar la invitación' }).waitFor();
  }),
  after(
    'refused',
    async (page) => {
      await pick(page, 5, 'Suspender');
      await page.getByText('Es el último administrador').waitFor();
    },
    (core) => core.refuse('people.suspendContact', 'last-administrator'),
  ),
];
