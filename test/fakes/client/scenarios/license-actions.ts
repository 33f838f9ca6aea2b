import { leaseView, passView, severalCompanies, standaloneView } from '../states.ts';
import { drifted, holding, standaloneMode } from './license-worlds.ts';
import type { Scenario } from './scenario.ts';

/** What a person does with their licenses and their account. */
export const licenseActionScenarios: readonly Scenario[] = [
  {
    name: 'license/register-again',
    world: drifted,
    async act(page) {
      await page.getByRole('button', { name: 'Registrar de nuevo…' }).click();
      await page.getByRole('textbox', { name: 'Clave' }).waitFor();
    },
  },
  {
    name: 'license/release-dialog',
    world: holding([leaseView]),
    act: (page) => page.getByRole('button', { name: 'Liberar' }).click(),
  },
  {
    name: 'license/release-refused',
    world: holding([leaseView]),
    prepare: (core) => core.refuse('licenses.release', 'unavailable', { requestId: '01JNB7Q4ZK' }),
    async act(page) {
      await page.getByRole('button', { name: 'Liberar' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Liberar' }).click();
      await page.getByRole('alert').filter({ hasText: 'El portal no puede atender' }).waitFor();
    },
  },
  {
    name: 'license/receipt',
    world: holding([standaloneView], standaloneMode),
    async act(page) {
      await page.getByRole('button', { name: 'Devolver' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Devolver' }).click();
      await page.getByRole('dialog', { name: 'Guarde el recibo' }).waitFor();
    },
  },
  {
    name: 'license/renewed',
    world: holding([passView, leaseView]),
    async act(page) {
      await page.getByRole('button', { name: 'Renovar ahora' }).click();
      await page.getByText('Las licencias están al día.').waitFor();
    },
  },
  {
    name: 'license/account-menu',
    world: holding([passView], { profile: severalCompanies }),
    async act(page) {
      await page.getByRole('button', { name: 'Cuenta y empresas' }).click();
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'license/sign-out',
    world: holding([passView, leaseView]),
    async act(page) {
      await page.getByRole('button', { name: 'Cuenta y empresas' }).click();
      await page.getByRole('menuitem', { name: 'Cerrar sesión' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'license/link-lost',
    endsCore: true,
    world: holding([passView]),
    async act(page, opened) {
      await opened.close();
      await page.getByText('Se perdió el contacto con el servicio de Aldaba').waitFor();
    },
  },
];
